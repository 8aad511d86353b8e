import sharp, { type Sharp } from 'sharp';
import type { InputLimits, OutputLimits, PictureFacts } from '../src/render/protocol.ts';

/** What a header says of an ordinary photograph. */
export const PHOTOGRAPH: PictureFacts = {
  format: 'jpeg',
  bytes: 300_000,
  width: 1600,
  height: 1200,
  orientation: 1,
  frames: 1,
  hasAlpha: false,
  depth: 8,
  space: 'srgb',
  progressive: false,
  hasProfile: false,
  hasMetadata: false,
};

/** Limits that no test picture reaches. */
export const GENEROUS_INPUT_LIMITS: InputLimits = {
  maxPixels: { light: 50_000_000, middle: 40_000_000, heavy: 25_000_000, avif: 16_000_000 },
  maxSidePx: 16_384,
  maxFrames: 100,
};

/** Limits that no test result reaches. */
export const GENEROUS_OUTPUT_LIMITS: OutputLimits = {
  maxSidePx: 16_384,
  maxPixels: 40_000_000,
  maxResultPixels: 40_000_000,
};

/** A picture of one colour (grey, RGB or RGBA by the number of channels), to be encoded by the caller. */
export function plain(width: number, height: number, color: readonly number[]): Sharp {
  const pixels = Buffer.alloc(width * height * color.length, Buffer.from(color));
  return sharp(pixels, { raw: { width, height, channels: channelCount(color.length) } });
}

/** Something like a photograph: smooth colours, a few edges, fine noise. The same for the same size. */
export function photo(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  let seed = 1;
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      const noise = (seed >> 16) % 12;
      const isInside = (x - width / 3) ** 2 + (y - height / 2) ** 2 < (Math.min(width, height) / 4) ** 2;
      pixels[at++] = (isInside ? 190 : 40 + (120 * x) / width) + noise;
      pixels[at++] = (isInside ? 90 : 60 + (140 * y) / height) + noise;
      pixels[at++] = (isInside ? 40 : 200 - (150 * y) / height) + noise;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Frames of one colour each, to be encoded as an animation by the caller. */
export function frames(width: number, height: number, colors: readonly (readonly number[])[]): Sharp {
  const channels = channelCount(colors[0]?.length ?? 3);
  const pixels = Buffer.concat(
    colors.map((color) => Buffer.alloc(width * height * channels, Buffer.from(color))),
  );
  const raw = { width, height: height * colors.length, channels, pageHeight: height };
  return sharp(pixels, { raw, pages: -1 });
}

/** Four quarters of different colours: which way round a picture is shows in its corners. */
export function quarters(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const color = QUARTER_COLORS[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] ?? [0, 0, 0];
      pixels.set(color, at);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Of `quarters`: left above, right above, left below, right below. */
export const QUARTER_COLORS = [
  [220, 40, 40],
  [40, 200, 60],
  [50, 70, 230],
  [240, 230, 60],
] as const;

/** The pixels of an encoded picture as 8-bit RGBA (its first frame). */
export async function rgbaOf(encoded: Uint8Array): Promise<{ data: Buffer; width: number; height: number }> {
  const image = sharp(encoded).toColourspace('srgb').ensureAlpha().raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** One pixel of an encoded picture's first frame: red, green, blue, alpha. */
export async function pixelOf(encoded: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, width } = await rgbaOf(encoded);
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

function channelCount(count: number): 1 | 2 | 3 | 4 {
  if (count === 1 || count === 2 || count === 3 || count === 4) return count;
  throw new Error(`${count} channels`);
}
