import type { Pixels, Size } from './operations/operation.ts';
import type { Position } from './where.ts';

/** How a layer is laid on a picture. */
export interface LayerPlacement extends Position {
  /** 0-1: its alpha is multiplied by it. */
  readonly opacity: number;
  /** Repeated in all directions, with so many transparent pixels between; undefined for a single one. */
  readonly gap?: Size | { readonly width: 0; readonly height: 0 } | undefined;
}

/**
 * Lays a layer over a picture (Porter and Duff's *over*) and cuts it at the picture's edges. Each of the two is grey or
 * RGB, with or without alpha; the result is RGB, with alpha where the picture has it. The picture's bytes are changed in
 * place where they can be; the layer's never.
 */
export function layOver(picture: Pixels, layer: Pixels, placement: LayerPlacement): Pixels {
  const result = inColor(picture);
  const { width, height, channels } = result;
  const source = inColor(layer);
  const across = spanOf({
    start: placement.left,
    length: source.width,
    gap: placement.gap?.width,
    side: width,
  });
  const down = spanOf({
    start: placement.top,
    length: source.height,
    gap: placement.gap?.height,
    side: height,
  });
  const blend = channels === 4 ? blendOnAlpha : blendOnOpaque;
  for (let y = down.from; y < down.to; y += 1) {
    const sourceY = (y - down.origin) % down.period;
    if (sourceY >= source.height) continue;
    for (let x = across.from; x < across.to; x += 1) {
      const sourceX = (x - across.origin) % across.period;
      if (sourceX >= source.width) continue;
      const from = (sourceY * source.width + sourceX) * source.channels;
      const alpha =
        source.channels === 4 ? ((source.data[from + 3] ?? 0) / 255) * placement.opacity : placement.opacity;
      if (alpha > 0) blend(result.data, (y * width + x) * channels, source.data, from, alpha);
    }
  }
  return result;
}

/** The part of a side on which something lies: pixel p shows the layer's (p - origin) mod period, if it has that. */
function spanOf(line: { start: number; length: number; gap: number | undefined; side: number }) {
  const { start, length, gap, side } = line;
  if (gap === undefined) {
    const from = Math.min(side, Math.max(0, start));
    return { from, to: Math.min(side, Math.max(from, start + length)), origin: start, period: length };
  }
  const period = length + gap;
  return { from: 0, to: side, origin: (((start % period) + period) % period) - period, period };
}

function blendOnOpaque(data: Uint8Array, at: number, layer: Uint8Array, from: number, alpha: number): void {
  for (let channel = 0; channel < 3; channel += 1) {
    const under = data[at + channel] ?? 0;
    data[at + channel] = Math.round(under + ((layer[from + channel] ?? 0) - under) * alpha);
  }
}

function blendOnAlpha(data: Uint8Array, at: number, layer: Uint8Array, from: number, alpha: number): void {
  const left = ((data[at + 3] ?? 0) / 255) * (1 - alpha);
  const together = alpha + left;
  for (let channel = 0; channel < 3; channel += 1) {
    const sum = (layer[from + channel] ?? 0) * alpha + (data[at + channel] ?? 0) * left;
    data[at + channel] = Math.round(sum / together);
  }
  data[at + 3] = Math.round(together * 255);
}

/** In RGB or RGBA; the same bytes where they are so already. */
function inColor(pixels: Pixels): Pixels {
  const { data, width, height, channels } = pixels;
  if (channels >= 3) return pixels;
  const colored = channels === 1 ? 3 : 4;
  const result = new Uint8Array(width * height * colored);
  for (let from = 0, to = 0; from < data.length; from += channels, to += colored) {
    const grey = data[from] ?? 0;
    result[to] = grey;
    result[to + 1] = grey;
    result[to + 2] = grey;
    if (channels === 2) result[to + 3] = data[from + 1] ?? 0;
  }
  return { data: result, width, height, channels: colored };
}
