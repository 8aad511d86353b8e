import type { Color, Pixels } from '../../operations/operation.ts';

import { colorChannels, hasAlpha, toLevel } from './levels.ts';

type Rgb = Pick<Color, 'r' | 'g' | 'b'>;

/** The luma of an sRGB colour, 0-255, not rounded: ITU-R BT.709's weights on the gamma-coded channels. */
export function lumaOf({ r, g, b }: Rgb): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The luma of every pixel, rounded to 0-255, row-major; a grey picture's own levels. Always a copy. */
export function lumaPlane({ data, channels, width, height }: Pixels): Uint8Array {
  const plane = new Uint8Array(width * height);
  if (channels < 3) {
    for (let pixel = 0; pixel < plane.length; pixel += 1) plane[pixel] = data[pixel * channels] ?? 0;
    return plane;
  }
  for (let pixel = 0, at = 0; pixel < plane.length; pixel += 1, at += channels) {
    const luma = 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0);
    plane[pixel] = luma + 0.5;
  }
  return plane;
}

/** A grey picture of these levels with the alpha, if any, of another of the same size. */
export function greyPicture(levels: Uint8Array, of: Pixels): Pixels {
  const { width, height, data, channels } = of;
  if (!hasAlpha(of)) return { data: levels, width, height, channels: 1 };
  const grey = new Uint8Array(2 * levels.length);
  for (let pixel = 0; pixel < levels.length; pixel += 1) {
    grey[2 * pixel] = levels[pixel] ?? 0;
    grey[2 * pixel + 1] = data[(pixel + 1) * channels - 1] ?? 0;
  }
  return { data: grey, width, height, channels: 2 };
}

/** Gives every pixel the colour that stands for its luma. Alpha stays as it is; the picture may be changed in place. */
export function colorByLuma(pixels: Pixels, colorOf: (luma: number) => Rgb): Pixels {
  const table = new Uint8Array(3 * 256);
  for (let luma = 0; luma < 256; luma += 1) {
    const { r, g, b } = colorOf(luma);
    table.set([toLevel(r), toLevel(g), toLevel(b)], 3 * luma);
  }
  const plane = lumaPlane(pixels);
  const colored = withColors(pixels);
  const { data, channels } = colored;
  for (let pixel = 0, at = 0; pixel < plane.length; pixel += 1, at += channels) {
    const entry = 3 * (plane[pixel] ?? 0);
    data[at] = table[entry] ?? 0;
    data[at + 1] = table[entry + 1] ?? 0;
    data[at + 2] = table[entry + 2] ?? 0;
  }
  return colored;
}

/** The picture with three colour channels: itself, or a copy of a grey one. */
export function withColors(pixels: Pixels): Pixels {
  if (colorChannels(pixels) === 3) return pixels;
  const { data, width, height } = pixels;
  const channels = hasAlpha(pixels) ? 4 : 3;
  const colored = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const from = pixel * pixels.channels;
    const to = pixel * channels;
    colored.fill(data[from] ?? 0, to, to + 3);
    if (channels === 4) colored[to + 3] = data[from + 1] ?? 0;
  }
  return { data: colored, width, height, channels };
}
