import sharp, { type Metadata } from 'sharp';
import { ServiceError } from '../../errors.ts';
import type { InputFormat, InputLimits, PictureFacts } from '../protocol.ts';
import { refuseMetadataBomb } from './container.ts';
import { unblockSvg } from './restrict-decoders.ts';
import { failure, LENIENT } from './run-sharp.ts';
import { sniffFormat } from './sniff-format.ts';
import { isSrgbProfile } from './srgb-profile.ts';

/** What the header says, and what decoding needs besides. */
export interface Header {
  readonly facts: PictureFacts;
  /** Milliseconds that each frame is shown; undefined for stills. */
  readonly delaysMs: number[] | undefined;
  /** How often an animation runs; 0 is for ever. */
  readonly loop: number;
  /** True where its colours are sRGB's, or nothing says that they are not. */
  isSrgb(): Promise<boolean>;
}

/**
 * Reads the header, no pixel; of a TIFF with several pages that of `page`, from 1. Throws `not_a_picture`, `unsupported_format`, `broken_picture`, or `too_many_pixels` where
 * it is beyond the limits.
 */
export async function probe(bytes: Buffer, limits: InputLimits, page = 1): Promise<Header> {
  const format = takenFormat(bytes, limits);
  refuseMetadataBomb(bytes, format);
  const metadata = await readMetadata(bytes, format === 'tiff' ? page : 1);
  requireDecodable(metadata, format);
  const facts = pictureFacts(metadata, format, bytes.length);
  checkInputLimits(facts, limits);
  return {
    facts,
    delaysMs: metadata.delay,
    loop: metadata.loop ?? 0,
    isSrgb: async () => metadata.icc === undefined || isSrgbProfile(metadata.icc),
  };
}

/**
 * The same of a still, from facts that were read from these bytes before: that spares a tenth of the time of a small
 * render. Undefined where the facts are not enough or not of these bytes.
 */
export function headerFromFacts(bytes: Buffer, facts: PictureFacts, limits: InputLimits): Header | undefined {
  if (facts.frames > 1 || facts.pages !== undefined || facts.bytes !== bytes.length) return undefined;
  if (takenFormat(bytes, limits) !== facts.format) return undefined;
  checkInputLimits(facts, limits);
  const isSrgb = async () => !facts.hasProfile || (await probe(bytes, limits)).isSrgb();
  return { facts, delaysMs: undefined, loop: 0, isSrgb };
}

async function readMetadata(bytes: Buffer, page: number): Promise<Metadata> {
  try {
    return await sharp(bytes, { ...LENIENT, page: page - 1 }).metadata();
  } catch (cause) {
    throw failure(cause);
  }
}

/** The facts with those of every page, where it is a TIFF that has several; at most as many as an animation has frames. */
export async function withPages(
  bytes: Buffer,
  facts: PictureFacts,
  limits: InputLimits,
): Promise<PictureFacts> {
  if (facts.format !== 'tiff') return facts;
  const { pages: count = 1 } = await readMetadata(bytes, 1);
  const pages = [facts];
  while (pages.length < Math.min(count, limits.maxFrames)) {
    const metadata = await readMetadata(bytes, pages.length + 1);
    pages.push(pictureFacts(metadata, facts.format, bytes.length));
  }
  return pages.length === 1 ? facts : { ...facts, pages };
}

function takenFormat(bytes: Buffer, limits: InputLimits): InputFormat {
  const sniffed = sniffFormat(bytes);
  switch (sniffed.kind) {
    case 'taken':
      if (sniffed.format === 'svg') allowSvg(limits);
      return sniffed.format;
    case 'refused':
      throw notTaken(sniffed.name);
    case 'unknown':
      throw new ServiceError('not_a_picture', 'this is not a picture of any kind that is taken');
  }
}

function allowSvg(limits: InputLimits): void {
  if (!limits.svg) throw notTaken('SVG');
  unblockSvg();
}

function notTaken(name: string): ServiceError {
  return new ServiceError('unsupported_format', `this is ${name}, which is not taken`);
}

/** The decoder has the last word: a file can name a format in its first bytes and hold something else. */
function requireDecodable(metadata: Metadata, format: InputFormat): void {
  if (format === 'avif' && metadata.compression !== 'av1') {
    throw new ServiceError('unsupported_format', `${metadata.compression ?? 'this'} is not taken, only AVIF`);
  }
  const mostChannels = metadata.space === 'cmyk' ? 5 : 4;
  if (metadata.channels > mostChannels) {
    throw new ServiceError('unsupported_format', `pictures of ${metadata.channels} channels are not taken`);
  }
}

function pictureFacts(metadata: Metadata, format: InputFormat, bytes: number): PictureFacts {
  const { width, height } = metadata.autoOrient;
  const animates = format === 'gif' || format === 'webp';
  return {
    format,
    bytes,
    width,
    height,
    orientation: metadata.orientation ?? 1,
    // The further pages of a TIFF and the further pictures of an AVIF are pictures of their own.
    frames: animates ? (metadata.pages ?? 1) : 1,
    hasAlpha: metadata.hasAlpha,
    depth: bitsPerChannel(metadata),
    space: metadata.space,
    progressive: metadata.isProgressive,
    hasProfile: metadata.hasProfile,
    hasMetadata: [metadata.exif, metadata.xmp, metadata.iptc, metadata.comments].some(
      (part) => part !== undefined,
    ),
  };
}

function bitsPerChannel({ depth, bitsPerSample }: Metadata): number {
  if (depth === 'uchar' || depth === 'char') return bitsPerSample === 1 ? 1 : 8;
  if (depth === 'ushort' || depth === 'short') return 16;
  return 32;
}

function checkInputLimits(facts: PictureFacts, limits: InputLimits): void {
  const { width, height, frames } = facts;
  const side = Math.max(width, height);
  if (side > limits.maxSidePx) {
    throw tooMany(`has a side of ${side} pixels, the limit is ${limits.maxSidePx}`);
  }
  if (frames > limits.maxFrames) throw tooMany(`has ${frames} frames, the limit is ${limits.maxFrames}`);
  const cost = costClass(facts);
  const pixels = width * height * frames;
  if (pixels > limits.maxPixels[cost]) {
    throw tooMany(`has ${pixels} pixels, the limit for its kind (${cost}) is ${limits.maxPixels[cost]}`);
  }
}

/** What decoding costs per pixel: memory for the whole picture at once, twice that for 16 bits. */
function costClass({ format, progressive, depth, frames }: PictureFacts): keyof InputLimits['maxPixels'] {
  if (format === 'avif') return 'avif';
  if (format === 'gif' || progressive || depth > 8 || frames > 1) return 'heavy';
  return format === 'jpeg' || format === 'webp' ? 'light' : 'middle';
}

function tooMany(words: string): ServiceError {
  return new ServiceError('too_many_pixels', `the picture ${words}`);
}
