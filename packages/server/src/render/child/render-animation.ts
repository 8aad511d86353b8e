import type { Pixels, Size } from '@images-server/recipe';
import sharp from 'sharp';
import { ServiceError } from '../../errors.ts';
import { assertSize } from './assert-size.ts';
import { createCanvas } from './canvas.ts';
import { encodePixels } from './encode-pixels.ts';
import { createFirstFrame } from './first-frame.ts';
import { noLargerThan, originalAsVariant } from './original-as-variant.ts';
import { passOverPixels } from './pass.ts';
import type { Header } from './probe.ts';
import type { Rendered } from './render-picture.ts';
import { runOriginal } from './run-sharp.ts';
import { type StepsOrder, takeSteps } from './take-steps.ts';

/**
 * Frame by frame, each a still: sharp's own way with several frames refuses to turn them, and lets each bleed into the
 * next when it resizes.
 */
export async function renderAnimation(bytes: Buffer, header: Header, order: StepsOrder): Promise<Rendered> {
  const { facts, delaysMs, loop } = header;
  const finishedFrames: Pixels[] = [];
  const firstFrame = createFirstFrame();
  let sizes: readonly Size[] = [];
  for (const frame of await decodeFrames(bytes, header)) {
    const canvas = createCanvas(passOverPixels(frame), {
      ...order,
      findBox: firstFrame.finderOfNextFrame(),
    });
    sizes = await takeSteps(canvas, order, facts.frames);
    finishedFrames.push(await canvas.pixels());
  }
  const [first] = finishedFrames;
  if (first === undefined) throw new ServiceError('internal', 'an animation without frames');
  for (const frame of finishedFrames) assertSize(frame, first);
  const { width, height } = first;
  const animation = { delaysMs: delaysMs ?? [], loop };
  const original =
    order.steps.length === 0 ? await originalAsVariant(bytes, header, order.output) : undefined;
  const encoded = await noLargerThan(original, order.output, (output) =>
    encodePixels({ frames: finishedFrames, animation }, output),
  );
  return { width, height, sizes, ...encoded };
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
