import type { Pixels, Size } from '@images-server/recipe';
import { encode } from 'blurhash';
import { rgbaToThumbHash } from 'thumbhash';
import type { PictureAnalysis, PictureFacts } from '../../protocol.ts';
import { createCanvas } from '../canvas.ts';
import { passOverOriginal } from '../pass.ts';
import { readExif } from './exif-facts.ts';
import { averageColor, paletteOf } from './palette.ts';
import { perceptualHash } from './perceptual-hash.ts';

/** The longest side of the picture that is looked at; ThumbHash takes no larger one. */
const THUMBNAIL_SIDE_PX = 100;

/**
 * Looks at the first frame, upright, at no more than 100 px a side. The same picture gives the same analysis. Throws
 * `broken_picture` where it cannot be decoded.
 */
export async function analysePicture(bytes: Buffer, facts: PictureFacts): Promise<PictureAnalysis> {
  const canvas = createCanvas(passOverOriginal({ bytes, facts }));
  await canvas.resample(fittedSize(facts));
  const thumbnail = asRgba(await canvas.pixels());
  const onWhite = laidOnWhite(thumbnail);
  const palette = paletteOf(thumbnail);
  return {
    dominantColor: palette[0] ?? null,
    averageColor: averageColor(thumbnail),
    palette,
    blurhash: blurhashOf(onWhite),
    thumbhash: thumbhashOf(thumbnail),
    perceptualHash: perceptualHash(onWhite),
    exif: facts.hasMetadata ? await readExif(bytes) : null,
  };
}

/** RGBA pixels, not premultiplied. */
export interface RgbaPixels extends Size {
  readonly data: Uint8ClampedArray;
}

function fittedSize({ width, height }: Size): Size {
  const scale = Math.min(1, THUMBNAIL_SIDE_PX / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function asRgba({ data, width, height, channels }: Pixels): RgbaPixels {
  const isGrey = channels < 3;
  const hasAlpha = channels === 2 || channels === 4;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const from = pixel * channels;
    for (let channel = 0; channel < 3; channel += 1) {
      rgba[pixel * 4 + channel] = data[from + (isGrey ? 0 : channel)] ?? 0;
    }
    rgba[pixel * 4 + 3] = hasAlpha ? (data[from + channels - 1] ?? 0) : 255;
  }
  return { data: rgba, width, height };
}

/** As on a white page: what BlurHash and the perceptual hash know nothing of is transparency. */
function laidOnWhite({ data, width, height }: RgbaPixels): RgbaPixels {
  const flat = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      flat[at + channel] = (data[at + channel] ?? 0) * alpha + 255 * (1 - alpha);
    }
    flat[at + 3] = 255;
  }
  return { data: flat, width, height };
}

/** Four components along the longer side, three along the other. */
function blurhashOf({ data, width, height }: RgbaPixels): string {
  const isPortrait = height > width;
  return encode(data, width, height, isPortrait ? 3 : 4, isPortrait ? 4 : 3);
}

function thumbhashOf({ data, width, height }: RgbaPixels): string {
  return Buffer.from(rgbaToThumbHash(width, height, data)).toString('base64');
}
