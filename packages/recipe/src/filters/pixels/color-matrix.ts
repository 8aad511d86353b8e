import type { Canvas, Pixels } from '../../operations/operation.ts';
import { colorChannels } from './levels.ts';

/** Three rows of three factors: what of red, green and blue goes into each of them. */
export type ColorMatrix = readonly [Row, Row, Row];
type Row = readonly [number, number, number];

/** Multiplies the colours by a matrix that leaves grey as it is; rounded and cut to 0-255. Alpha stays as it is. */
export async function changeColors(canvas: Canvas, matrix: ColorMatrix): Promise<void> {
  const pixels = await canvas.pixels();
  if (colorChannels(pixels) === 3) applyColorMatrix(pixels, matrix);
  canvas.replace(pixels);
}

/** Multiplies the colours of an RGB or RGBA picture, in place; rounded and cut to 0-255. Alpha stays as it is. */
export function applyColorMatrix({ data, channels }: Pixels, matrix: ColorMatrix): void {
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = matrix;
  // Storing into this view cuts to 0-255.
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  for (let at = 0; at < clamped.length; at += channels) {
    const r = clamped[at] ?? 0;
    const g = clamped[at + 1] ?? 0;
    const b = clamped[at + 2] ?? 0;
    clamped[at] = Math.floor(rr * r + rg * g + rb * b + 0.5);
    clamped[at + 1] = Math.floor(gr * r + gg * g + gb * b + 0.5);
    clamped[at + 2] = Math.floor(br * r + bg * g + bb * b + 0.5);
  }
}
