import { type Pixels, STAGES } from '@images-server/recipe';
import sharp, { type Sharp } from 'sharp';
import { ServiceError } from '../../errors.ts';
import { assertSize } from './assert-size.ts';
import { type Margins, type Pass, passSize } from './pass.ts';
import { LENIENT, type OpenOptions, runOriginal, runPixels, type SharpResult } from './run-sharp.ts';

/**
 * Runs a pass, with `output` choosing the format. A result of another size than planned is a bug of ours (`internal`);
 * what else can fail is said at `runOriginal`.
 */
export async function runPass(pass: Pass, output: (image: Sharp) => Sharp): Promise<SharpResult> {
  const build = (options: OpenOptions) => output(addCalls(openSource(pass, options), pass));
  const result = await (pass.source.kind === 'original'
    ? runOriginal(pass.source.format, build)
    : runPixels(build(LENIENT)));
  assertSize(result.info, passSize(pass));
  return result;
}

/** Runs a pass to 8-bit sRGB pixels, grey in one channel where there is no alpha. */
export async function runToPixels(pass: Pass): Promise<Pixels> {
  // sharp's raw output of grey pixels drops their alpha.
  const space = pass.isGrey && !pass.hasAlpha ? 'b-w' : 'srgb';
  const { data, info } = await runPass(pass, (image) => image.toColourspace(space).raw());
  return { data, width: info.width, height: info.height, channels: pixelChannels(info.channels) };
}

function pixelChannels(channels: number): 1 | 3 | 4 {
  if (channels === 1 || channels === 3 || channels === 4) return channels;
  throw new ServiceError('internal', `a pass resulted in ${channels} channels`);
}

/** In the order that sharp has for them, and that decides how it takes some of them. */
function addCalls(source: Sharp, pass: Pass): Sharp {
  let image = source;
  const { crop, stored, flattenOn, reduced, orientation, window } = pass;
  if (crop.width !== stored.width || crop.height !== stored.height) image = image.extract(crop);
  if (flattenOn !== undefined) image = image.flatten({ background: flattenOn });
  if (reduced !== undefined) image = image.resize(reduced.width, reduced.height, { fit: 'fill' });
  if (orientation.mirrored) image = image.flop();
  if (orientation.turns !== 0) image = image.rotate(90 * orientation.turns);
  if (window !== undefined) image = image.extract(window);
  if (pass.margins !== undefined) image = addMargins(image, pass.margins);
  for (const filter of pass.filters) image = filter.calls(image);
  // Compositing adds an alpha channel to what has none.
  const composites = pass.filters.some((filter) => filter.stage === STAGES.composite);
  return composites && !pass.hasAlpha ? image.removeAlpha() : image;
}

function addMargins(image: Sharp, { fill, ...edges }: Margins): Sharp {
  return fill === 'edge'
    ? image.extend({ ...edges, extendWith: 'copy' })
    : image.extend({ ...edges, background: fill });
}

function openSource({ source, isGrey }: Pass, options: OpenOptions): Sharp {
  if (source.kind === 'pixels') return openPixels(source.pixels, isGrey, options);
  if (source.decoded !== undefined) return openPixels(source.decoded, isGrey, options);
  const { page } = source;
  const image = sharp(source.bytes, page === undefined ? options : { ...options, page: page - 1 });
  const space = spaceToDecodeIn(source.space);
  return space === undefined ? image : image.pipelineColourspace(space);
}

function openPixels(pixels: Pixels, isGrey: boolean, options: OpenOptions): Sharp {
  const { data, width, height, channels } = pixels;
  const image = sharp(data, { raw: { width, height, channels }, ...options });
  // sharp makes colours grey before it adds them to grey pixels.
  return channels < 3 && !isGrey ? image.pipelineColourspace('srgb') : image;
}

/**
 * sharp gets the common spaces right by itself. Left alone, it converts 16-bit pictures from their profile to Display P3
 * and then takes that for sRGB, ignores the profile of 16-bit grey ones, and mixes background colours into Lab and
 * linear ones as if they were RGB; so these are made 8-bit sRGB (or grey) first.
 */
function spaceToDecodeIn(space: string): string | undefined {
  if (space === 'srgb' || space === 'b-w' || space === 'cmyk') return undefined;
  return space === 'grey16' ? 'b-w' : 'srgb';
}
