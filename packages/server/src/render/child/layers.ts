import type { Canvas, Pixels, Size } from '@images-server/recipe';
import { ServiceError } from '../../errors.ts';
import type { InputLimits, OutputLimits, RenderInput, RenderOverlay } from '../protocol.ts';
import { createCanvas } from './canvas.ts';
import { createInputReader } from './input-reader.ts';
import { passOverOriginal } from './pass.ts';
import { type Header, probe } from './probe.ts';
import { typeset } from './typeset.ts';

/** What the steps of a job can lay on its picture. */
export type Layers = Pick<Canvas, 'overlay' | 'typeset'>;

/** Makes layers once each, so that the frames of an animation share them. */
export function createLayers(job: {
  readonly overlays?: readonly RenderOverlay[] | undefined;
  readonly limits: InputLimits;
  readonly outputLimits: OutputLimits;
}): Layers {
  const { overlays = [], limits, outputLimits } = job;
  const opened = createMemo<OpenedOverlay>();
  const made = createMemo<Pixels>();

  async function open(picture: string): Promise<OpenedOverlay> {
    const overlay = overlays.find((known) => known.picture === picture);
    if (overlay === undefined) throw new ServiceError('internal', `the job came without overlay ${picture}`);
    return openOverlay(overlay.input, limits);
  }

  return {
    async overlay(picture, sizeOf) {
      const { bytes, header } = await opened(picture, () => open(picture));
      const size = sizeOf(header.facts);
      checkSize(size, outputLimits);
      return made(`${picture} ${size.width}x${size.height}`, () => decodeTo(bytes, header, size));
    },
    typeset: (words) => made(JSON.stringify(words), () => typeset(words)),
  };
}

interface OpenedOverlay {
  readonly bytes: Buffer;
  readonly header: Header;
}

async function openOverlay(input: RenderInput, limits: InputLimits): Promise<OpenedOverlay> {
  // A reader of its own: the memory of the one for originals holds the original.
  const bytes = createInputReader()(input);
  return { bytes, header: await probe(bytes, limits) };
}

async function decodeTo(bytes: Buffer, { facts }: Header, size: Size): Promise<Pixels> {
  const canvas = createCanvas(passOverOriginal({ bytes, facts }));
  await canvas.resample(size);
  return canvas.pixels();
}

function checkSize({ width, height }: Size, { maxSidePx, maxPixels }: OutputLimits): void {
  if (Math.max(width, height) <= maxSidePx && width * height <= maxPixels) return;
  throw new ServiceError(
    'result_too_large',
    `an overlay would have ${width}x${height} pixels, the limits are ${maxSidePx} each side and ${maxPixels} in all`,
  );
}

/** Gives what was made under the same name before, failures too. */
function createMemo<Value>(): (name: string, make: () => Promise<Value>) => Promise<Value> {
  const kept = new Map<string, Promise<Value>>();
  return (name, make) => {
    const value = kept.get(name) ?? make();
    kept.set(name, value);
    return value;
  };
}
