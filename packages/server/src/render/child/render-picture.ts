import type { Pixels, Size, Step } from '@images-server/recipe';
import { findOperation, parseSteps } from '@images-server/recipe';
import sharp from 'sharp';
import { ServiceError } from '../../errors.ts';
import type { OutputLimits, OutputPlan } from '../protocol.ts';
import { assertSize } from './assert-size.ts';
import { createCanvas, type PassCanvas } from './canvas.ts';
import { ANIMATED_FORMATS, encode, FORMAT_MAX_SIDE_PX, OPAQUE_FORMATS } from './encode.ts';
import { createFirstFrame } from './first-frame.ts';
import { passOverOriginal, passOverPixels, passSize } from './pass.ts';
import type { Header } from './probe.ts';
import { runPass } from './run-pass.ts';
import { runOriginal, runPixels } from './run-sharp.ts';

/** What a render is to make. */
export interface RenderOrder {
  /** Canonical recipe text, steps only. */
  readonly steps: string;
  readonly output: OutputPlan;
  readonly outputLimits: OutputLimits;
}

/** The finished variant; its size is that of one frame. */
export interface Rendered extends Size {
  readonly bytes: Buffer;
}

/**
 * Does the steps in their order and encodes, all frames where the picture and the output format have several. Throws
 * `result_too_large` before a step whose result is beyond the limits, and `broken_picture`.
 */
export async function renderPicture(bytes: Buffer, header: Header, order: RenderOrder): Promise<Rendered> {
  const steps = parseSteps(order.steps);
  return header.facts.frames > 1 && ANIMATED_FORMATS.has(order.output.format)
    ? renderAnimation(bytes, header, { ...order, steps })
    : renderStill(bytes, header, { ...order, steps });
}

interface ParsedOrder extends Omit<RenderOrder, 'steps'> {
  readonly steps: readonly Step[];
}

async function renderStill(bytes: Buffer, { facts }: Header, order: ParsedOrder): Promise<Rendered> {
  const { format, space, hasAlpha, orientation } = facts;
  const canvas = createCanvas(
    passOverOriginal({ bytes, format, space, hasAlpha, orientation, upright: facts }),
  );
  await takeSteps(canvas, order, 1);
  if (canvas.hasAlpha && canvas.background !== undefined && OPAQUE_FORMATS.has(order.output.format)) {
    const { alpha, ...color } = canvas.background;
    await canvas.flatten({ r: color.r * alpha, g: color.g * alpha, b: color.b * alpha, alpha: 1 });
  }
  // libvips writes the orientation tag of the original into a TIFF, whatever was done about it: pixels have none.
  if (order.output.format === 'tiff' && orientation !== 1) await canvas.pixels();
  const { pass } = canvas;
  const outputSpace = pass.isGrey ? 'b-w' : 'srgb';
  const { data } = await runPass(pass, (image) => encode(image.toColourspace(outputSpace), order.output));
  return { bytes: data, ...passSize(pass) };
}

/**
 * Frame by frame, each a still: sharp's own way with several frames refuses to turn them, and lets each bleed into the
 * next when it resizes.
 */
async function renderAnimation(bytes: Buffer, header: Header, order: ParsedOrder): Promise<Rendered> {
  const { facts, delaysMs, loop } = header;
  const finishedFrames: Pixels[] = [];
  const firstFrame = createFirstFrame();
  for (const frame of await decodeFrames(bytes, header)) {
    const canvas = createCanvas(passOverPixels(frame), firstFrame.finderOfNextFrame());
    await takeSteps(canvas, order, facts.frames);
    finishedFrames.push(await canvas.pixels());
  }
  const [first] = finishedFrames;
  if (first === undefined) throw new ServiceError('internal', 'an animation without frames');
  for (const frame of finishedFrames) assertSize(frame, first);
  const { width, height, channels } = first;
  const joined = Buffer.concat(finishedFrames.map((frame) => frame.data));
  const raw = { width, height: height * finishedFrames.length, channels, pageHeight: height };
  const image = sharp(joined, { raw, pages: -1, limitInputPixels: false });
  const animation = { delaysMs: delaysMs ?? [], loop };
  const { data } = await runPixels(encode(image, order.output, animation));
  return { bytes: data, width, height };
}

/** All frames as upright pixels, from one decoding. The buffers are parts of one. */
async function decodeFrames(bytes: Buffer, { facts }: Header): Promise<Pixels[]> {
  const { data, info } = await runOriginal(facts.format, (options) =>
    sharp(bytes, { ...options, pages: -1 })
      .toColourspace('srgb')
      .raw(),
  );
  const height = info.height / facts.frames;
  const channels = info.channels === 4 ? 4 : 3;
  const frameBytes = info.width * height * channels;
  return Array.from({ length: facts.frames }, (_, index) => ({
    data: data.subarray(index * frameBytes, (index + 1) * frameBytes),
    width: info.width,
    height,
    channels,
  }));
}

async function takeSteps(canvas: PassCanvas, order: ParsedOrder, frames: number): Promise<void> {
  const { steps, output, outputLimits } = order;
  for (const step of steps) {
    const operation = findOperation(step.operation);
    if (operation === undefined) throw new ServiceError('internal', `no operation ${step.operation}`);
    const planned = operation.size(step.values, canvas);
    if (planned !== undefined) checkSize(planned, outputLimits.maxPixels, outputLimits.maxSidePx, frames);
    await operation.apply(canvas, step.values);
    if (planned === undefined) checkSize(canvas, outputLimits.maxPixels, outputLimits.maxSidePx, frames);
    else assertSize(canvas, planned);
  }
  const formatMaxSidePx = FORMAT_MAX_SIDE_PX[output.format] ?? outputLimits.maxSidePx;
  const maxSidePx = Math.min(outputLimits.maxSidePx, formatMaxSidePx);
  checkSize(canvas, outputLimits.maxResultPixels, maxSidePx, frames);
}

function checkSize({ width, height }: Size, maxPixels: number, maxSidePx: number, frames: number): void {
  const side = Math.max(width, height);
  if (side > maxSidePx) {
    throw new ServiceError('result_too_large', `a side would have ${side} pixels, the limit is ${maxSidePx}`);
  }
  const pixels = width * height * frames;
  if (pixels > maxPixels) {
    throw new ServiceError(
      'result_too_large',
      `the result would have ${pixels} pixels, the limit is ${maxPixels}`,
    );
  }
}
