import { type Face, type Pixels, parseSteps, type Size } from '@images-server/recipe';
import type { OutputLimits, OutputPlan } from '../protocol.ts';
import { createCanvas, type PassCanvas } from './canvas.ts';
import { ANIMATED_FORMATS, encode, OPAQUE_FORMATS, TURNED_FORMATS } from './encode.ts';
import { type Encoded, encodePixels, settingsOf } from './encode-pixels.ts';
import type { Layers } from './layers.ts';
import { noLargerThan, originalAsVariant } from './original-as-variant.ts';
import { isUntouched, type Pass, passOverOriginal, passSize } from './pass.ts';
import type { Header } from './probe.ts';
import { renderAnimation } from './render-animation.ts';
import { runPass, runToPixels } from './run-pass.ts';
import { type StepsOrder, takeSteps } from './take-steps.ts';

/** What a render is to make. */
export interface RenderOrder {
  /** The one frame or page that is used, from 1; absent: all there are. */
  readonly page?: number | undefined;
  /** What decoding the whole original gives, where that has been done already. */
  readonly decoded?: Pixels | undefined;
  /** Canonical recipe text, steps only. */
  readonly steps: string;
  /** In fractions of the picture's sides; undefined where no step needs them. */
  readonly faces?: readonly Face[] | undefined;
  readonly output: OutputPlan;
  readonly outputLimits: OutputLimits;
  /** What steps can lay on the picture; needed where one does. */
  readonly layers?: Layers | undefined;
}

/** The finished variant; its size is that of one frame. */
export interface Rendered extends Size, Encoded {
  /** The size after each step. */
  readonly sizes: readonly Size[];
}

/**
 * Does the steps in their order and encodes, all frames where the picture and the output format have several and none
 * was chosen. Throws `result_too_large` before a step whose result is beyond the limits, `maxbytes_unreachable`, and
 * `broken_picture`.
 */
export async function renderPicture(bytes: Buffer, header: Header, order: RenderOrder): Promise<Rendered> {
  const { page, decoded, faces, output, outputLimits, layers } = order;
  const steps: StepsOrder = { steps: parseSteps(order.steps), faces, output, outputLimits, layers };
  const isAnimated = header.facts.frames > 1 && page === undefined && ANIMATED_FORMATS.has(output.format);
  return isAnimated
    ? renderAnimation(bytes, header, steps)
    : renderStill(bytes, header, { page, decoded, ...steps });
}

async function renderStill(
  bytes: Buffer,
  header: Header,
  order: StepsOrder & Pick<RenderOrder, 'page' | 'decoded'>,
): Promise<Rendered> {
  const { facts } = header;
  const { output, page, decoded } = order;
  const pass = passOverOriginal({ bytes, facts, page, decoded });
  const canvas = createCanvas(pass, order);
  const sizes = await takeSteps(canvas, order, 1);
  await fillTransparency(canvas, output);
  // libvips writes the orientation of the original into these, whatever was done about it: pixels have none.
  if (TURNED_FORMATS.has(output.format) && facts.orientation !== 1) await canvas.pixels();
  const last = canvas.pass;
  const original =
    page === undefined && isUntouched(last) ? await originalAsVariant(bytes, header, output) : undefined;
  const encoded = await noLargerThan(original, output, (settled) => encodePass(last, settled));
  return { sizes, ...passSize(last), ...encoded };
}

/** Formats without alpha get the last background where the picture is transparent. */
async function fillTransparency(canvas: PassCanvas, { format }: OutputPlan): Promise<void> {
  const { background, hasAlpha } = canvas;
  if (!hasAlpha || background === undefined || !OPAQUE_FORMATS.has(format)) return;
  const { alpha, ...color } = background;
  await canvas.flatten({ r: color.r * alpha, g: color.g * alpha, b: color.b * alpha, alpha: 1 });
}

async function encodePass(pass: Pass, output: OutputPlan): Promise<Encoded> {
  const { isGrey } = pass;
  const settings = settingsOf(output);
  if (settings === undefined) return encodePixels({ frames: [await runToPixels(pass)], isGrey }, output);
  const space = isGrey ? 'b-w' : 'srgb';
  const { data } = await runPass(pass, (image) => encode(image.toColourspace(space), settings));
  return { bytes: data };
}
