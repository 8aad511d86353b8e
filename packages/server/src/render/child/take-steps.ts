import { type Face, findOperation, type Size, type Step } from '@images-server/recipe';
import { ServiceError } from '../../errors.ts';
import type { OutputLimits, OutputPlan } from '../protocol.ts';
import { assertSize } from './assert-size.ts';
import type { PassCanvas } from './canvas.ts';
import { FORMAT_MAX_SIDE_PX } from './encode.ts';
import type { Layers } from './layers.ts';

/** The steps and what bounds them. */
export interface StepsOrder {
  readonly steps: readonly Step[];
  readonly faces: readonly Face[] | undefined;
  readonly output: OutputPlan;
  readonly outputLimits: OutputLimits;
  /** What steps can lay on the picture; needed where one does. */
  readonly layers?: Layers | undefined;
}

/** Does the steps on one of so many frames, and says the size after each; `result_too_large` before a step whose result is beyond the limits. */
export async function takeSteps(canvas: PassCanvas, order: StepsOrder, frames: number): Promise<Size[]> {
  const { steps, output, outputLimits } = order;
  const sizes: Size[] = [];
  for (const step of steps) {
    const operation = findOperation(step.operation);
    if (operation === undefined) throw new ServiceError('internal', `no operation ${step.operation}`);
    const planned = operation.size(step.values, canvas);
    if (planned !== undefined) checkSize(planned, outputLimits.maxPixels, outputLimits.maxSidePx, frames);
    await operation.apply(canvas, step.values);
    if (planned === undefined) checkSize(canvas, outputLimits.maxPixels, outputLimits.maxSidePx, frames);
    else assertSize(canvas, planned);
    sizes.push({ width: canvas.width, height: canvas.height });
  }
  const formatMaxSidePx = FORMAT_MAX_SIDE_PX[output.format] ?? outputLimits.maxSidePx;
  const maxSidePx = Math.min(outputLimits.maxSidePx, formatMaxSidePx);
  checkSize(canvas, outputLimits.maxResultPixels, maxSidePx, frames);
  return sizes;
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
