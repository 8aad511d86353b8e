import type { Pixels } from '@images-server/recipe';
import sharp from 'sharp';
import { ServiceError } from '../../errors.ts';
import type { OutputPlan } from '../protocol.ts';
import { type Animation, type EncoderSettings, encode } from './encode.ts';
import { needsFullChroma } from './full-chroma.ts';
import { runPixels } from './run-sharp.ts';
import { sampleBands } from './sample-bands.ts';
import { searchQuality } from './search-quality.ts';
import { lumaOf, similarity } from './similarity.ts';

/** A finished picture, not yet encoded: one frame, or those of an animation, all of one size and kind. */
export interface FinishedPixels {
  readonly frames: readonly Pixels[];
  /** Absent for stills. */
  readonly animation?: Animation;
  /** True where every pixel is grey. */
  readonly isGrey?: boolean;
}

export interface Encoded {
  readonly bytes: Buffer;
  /** The quality that a search found; absent where there was none. */
  readonly foundQuality?: number;
}

/** What the encoder is told, where the plan leaves nothing to the pixels; undefined where they have to be seen first. */
export function settingsOf(plan: OutputPlan): EncoderSettings | undefined {
  const { similarity: target, maxBytes, subsampling, ...settings } = plan;
  if (target !== undefined || maxBytes !== undefined || subsampling === 'auto') return undefined;
  return subsampling === undefined ? settings : { ...settings, subsampling };
}

/**
 * Encodes pixels: finds the quality and the subsampling that the plan leaves to them, and what fits into its bytes.
 * Throws `maxbytes_unreachable`. The same pixels and plan give the same bytes.
 */
export async function encodePixels(picture: FinishedPixels, plan: OutputPlan): Promise<Encoded> {
  const settings = settledSettings(picture, plan);
  if (plan.similarity === undefined) return { bytes: await withinBytes(picture, settings, plan.maxBytes) };
  const foundQuality = await similarQuality(picture, settings, plan.similarity);
  const bytes = await withinBytes(picture, { ...settings, quality: foundQuality }, plan.maxBytes);
  return { bytes, foundQuality };
}

function settledSettings({ frames, isGrey }: FinishedPixels, plan: OutputPlan): EncoderSettings {
  const { similarity: _similarity, maxBytes: _maxBytes, subsampling, ...settings } = plan;
  const needsAll =
    subsampling === 'auto' && !isGrey
      ? frames.some((frame) => needsFullChroma(frame))
      : subsampling === '444';
  return needsAll ? { ...settings, subsampling: '444' } : settings;
}

async function encodeWith({ frames, animation, isGrey }: FinishedPixels, settings: EncoderSettings) {
  const [first] = frames;
  if (first === undefined) throw new ServiceError('internal', 'a picture without frames');
  const { width, height, channels } = first;
  const data = frames.length === 1 ? first.data : Buffer.concat(frames.map((frame) => frame.data));
  const image =
    animation === undefined
      ? sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
      : sharp(data, {
          raw: { width, height: height * frames.length, channels, pageHeight: height },
          pages: -1,
          limitInputPixels: false,
        });
  const inSpace = isGrey || channels < 3 ? image.toColourspace('b-w') : image;
  return (await runPixels(encode(inSpace, settings, animation))).data;
}

/**
 * Bounds of what a search may choose: below them pictures fall apart in ways that the measure does not see, above them
 * it asks for noise that nobody sees.
 */
const SEARCHED_QUALITY = {
  jpeg: { low: 40, high: 90 },
  webp: { low: 40, high: 90 },
  avif: { low: 25, high: 70 },
} as const;
const SIMILARITY_TRIES = 5;
/** A part of a large picture tells enough, and is done five times in the time of one. */
const MAX_SEARCHED_PIXELS = 1_000_000;

/** The lowest quality at which (the first frame of) the picture is as similar to itself as it has to be. */
async function similarQuality(
  { frames, isGrey = false }: FinishedPixels,
  settings: EncoderSettings,
  target: number,
): Promise<number> {
  const { format } = settings;
  const [first] = frames;
  if (first === undefined || (format !== 'jpeg' && format !== 'webp' && format !== 'avif'))
    return settings.quality;
  const sample = sampleBands(first, MAX_SEARCHED_PIXELS);
  const luma = lumaOf(sample);
  const found = await searchQuality({
    ...SEARCHED_QUALITY[format],
    first: settings.quality,
    tries: SIMILARITY_TRIES,
    prefer: 'lowest',
    make: (quality) => encodeWith({ frames: [sample], isGrey }, { ...settings, quality }),
    isGood: async (encoded) => similarity(luma, lumaOf(await decoded(encoded)), sample) >= target,
  });
  return found.quality;
}

async function decoded(encoded: Buffer): Promise<Pixels> {
  const { data, info } = await runPixels(sharp(encoded).toColourspace('srgb').raw());
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

/** As it is where it fits; else with the best quality, or the most colours, with which it does. */
async function withinBytes(
  picture: FinishedPixels,
  settings: EncoderSettings,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Buffer> {
  const whole = await encodeWith(picture, settings);
  if (whole.length <= maxBytes) return whole;
  const found = await searchSmaller(picture, settings, maxBytes);
  if (found?.isGood) return found.made;
  const least = found?.made.length ?? whole.length;
  throw new ServiceError(
    'maxbytes_unreachable',
    `as ${settings.format} the result has at least ${least} bytes; maxbytes is ${maxBytes}`,
  );
}

/** Undefined where the format has nothing that could be lowered. */
async function searchSmaller(picture: FinishedPixels, settings: EncoderSettings, maxBytes: number) {
  const { format, lossless, quality } = settings;
  const search = { prefer: 'highest' as const, isGood: (made: Buffer) => made.length <= maxBytes };
  if (format === 'png' || format === 'gif') {
    // 256 colours, 128, and so on to 2.
    const make = (bits: number) => encodeWith(picture, { ...settings, colors: 2 ** bits });
    return searchQuality({ ...search, low: 1, high: 8, first: format === 'png' ? 8 : 7, tries: 4, make });
  }
  if (format === 'tiff' || lossless || quality === 1) return undefined;
  const make = (lower: number) => encodeWith(picture, { ...settings, quality: lower });
  // Seven tries reach every quality below 100.
  return searchQuality({
    ...search,
    low: 1,
    high: quality - 1,
    first: Math.ceil(quality / 2),
    tries: 7,
    make,
  });
}
