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
  const source = inColor(layer);
  const { left, top, opacity, gap } = placement;
  const across = runsOf({ start: left, length: source.width, gap: gap?.width, side: result.width });
  const down = runsOf({ start: top, length: source.height, gap: gap?.height, side: result.height });
  const blend = result.channels === 4 ? blendOnAlpha : blendOnOpaque;
  const strip = { ...source, opacity };
  for (const rows of down) {
    for (let row = 0; row < rows.length; row += 1) {
      const start = (rows.at + row) * result.width;
      blend({ data: result.data, start }, strip, { runs: across, start: (rows.from + row) * source.width });
    }
  }
  return result;
}

/** So many pixels of a side, from `at` on, show as many of the layer's, from its `from` on. */
interface Run {
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

function runsOf(line: { start: number; length: number; gap: number | undefined; side: number }): Run[] {
  const { start, length, gap, side } = line;
  const period = length + (gap ?? side + Math.abs(start));
  const first = gap === undefined ? start : (((start % period) + period) % period) - period;
  const runs: Run[] = [];
  for (let begin = first; begin < side; begin += period) {
    const at = Math.max(0, begin);
    const end = Math.min(side, begin + length);
    if (end > at) runs.push({ at, from: at - begin, length: end - at });
  }
  return runs;
}

/** A row of the picture; `start` counts pixels. */
interface Row {
  readonly data: Uint8Array;
  readonly start: number;
}

/** What of the layer's row that begins at pixel `start` is shown. */
interface Shown {
  readonly runs: readonly Run[];
  readonly start: number;
}

type Faded = Pixels & { readonly opacity: number };

function blendOnOpaque({ data, start }: Row, layer: Faded, shown: Shown): void {
  const { data: pixels, channels, opacity } = layer;
  for (const { at: first, from: firstShown, length } of shown.runs) {
    let at = (start + first) * 3;
    let from = (shown.start + firstShown) * channels;
    for (let pixel = 0; pixel < length; pixel += 1, at += 3, from += channels) {
      const alpha = channels === 4 ? ((pixels[from + 3] ?? 0) * opacity) / 255 : opacity;
      if (alpha === 0) continue;
      for (let channel = 0; channel < 3; channel += 1) {
        const under = data[at + channel] ?? 0;
        data[at + channel] = Math.floor(under + ((pixels[from + channel] ?? 0) - under) * alpha + 0.5);
      }
    }
  }
}

function blendOnAlpha({ data, start }: Row, layer: Faded, shown: Shown): void {
  const { data: pixels, channels, opacity } = layer;
  for (const { at: first, from: firstShown, length } of shown.runs) {
    let at = (start + first) * 4;
    let from = (shown.start + firstShown) * channels;
    for (let pixel = 0; pixel < length; pixel += 1, at += 4, from += channels) {
      const alpha = channels === 4 ? ((pixels[from + 3] ?? 0) * opacity) / 255 : opacity;
      if (alpha === 0) continue;
      const left = ((data[at + 3] ?? 0) / 255) * (1 - alpha);
      const together = alpha + left;
      for (let channel = 0; channel < 3; channel += 1) {
        const sum = (pixels[from + channel] ?? 0) * alpha + (data[at + channel] ?? 0) * left;
        data[at + channel] = Math.floor(sum / together + 0.5);
      }
      data[at + 3] = Math.floor(together * 255 + 0.5);
    }
  }
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
