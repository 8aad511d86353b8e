import type { Box, Canvas, Color, Size } from '@images-server/recipe';
import { rotatedSize } from '@images-server/recipe';
import { ServiceError } from '../../errors.ts';
import { isSameSize } from './assert-size.ts';
import { mapPixels } from './map-pixels.ts';
import { enlarge, MARGIN_PX, type Mapping, rotation } from './mapping.ts';
import {
  type Pass,
  passOverPixels,
  passSize,
  withExtract,
  withFilter,
  withMargins,
  withOrientation,
  withReduction,
} from './pass.ts';
import { runToPixels } from './run-pass.ts';

/** A canvas that gathers what it is told into as few runs of sharp as sharp's own order allows. */
export interface PassCanvas extends Canvas {
  /** What is still to be done: the last run, which can encode as well. */
  readonly pending: Pass;
  /** Adds to the pending pass, after running it where `next` says (by undefined) that it does not fit. */
  change(next: (pass: Pass) => Pass | undefined): Promise<void>;
}

const TRANSPARENT: Color = { r: 0, g: 0, b: 0, alpha: 0 };

/** Begins with one frame; nothing runs before it has to. */
export function createCanvas(start: Pass): PassCanvas {
  let pass = start;

  async function change(next: (pass: Pass) => Pass | undefined): Promise<void> {
    const changed = next(pass);
    if (changed !== undefined) {
      pass = changed;
      return;
    }
    pass = passOverPixels(await runToPixels(pass), pass.isGrey);
    const fitting = next(pass);
    if (fitting === undefined)
      throw new ServiceError('internal', 'a step does not fit into a pass of its own');
    pass = fitting;
  }

  /** Every point of the result is looked up in the picture; margins of the kind given keep the edges right. */
  async function map(mapping: Mapping, fill: Color | 'edge'): Promise<void> {
    const margins = { top: MARGIN_PX, right: MARGIN_PX, bottom: MARGIN_PX, left: MARGIN_PX, fill };
    await change((pending) => withMargins(pending, margins));
    const background = fill === 'edge' ? TRANSPARENT : fill;
    const mapped = await mapPixels(await runToPixels(pass), mapping, background);
    pass = passOverPixels(mapped, pass.isGrey);
    await change((pending) => withExtract(pending, { left: 0, top: 0, ...mapping.size }));
  }

  const canvas: PassCanvas = {
    background: undefined,
    get width() {
      return passSize(pass).width;
    },
    get height() {
      return passSize(pass).height;
    },
    get hasAlpha() {
      return pass.hasAlpha;
    },
    get pending() {
      return pass;
    },
    change,
    async resample(after) {
      const before = passSize(pass);
      const reduced: Size = {
        width: Math.min(before.width, after.width),
        height: Math.min(before.height, after.height),
      };
      if (!isSameSize(reduced, before)) await change((pending) => withReduction(pending, reduced));
      if (!isSameSize(reduced, after)) await map(enlarge(reduced, after), 'edge');
    },
    async extract(box: Box) {
      if (!isSameSize(box, passSize(pass))) await change((pending) => withExtract(pending, box));
    },
    async rotate(degrees) {
      const turned = ((degrees % 360) + 360) % 360;
      if (turned % 90 === 0) {
        const orientation = { mirrored: false, turns: turned / 90 };
        await change((pending) => withOrientation(pending, orientation));
      } else {
        const size = rotatedSize(turned, canvas);
        await map(rotation(turned, canvas, size), canvas.background ?? TRANSPARENT);
      }
    },
    async flip({ horizontal, vertical }) {
      // Upside down is a mirror image turned by 180 degrees.
      const orientation = { mirrored: horizontal !== vertical, turns: vertical ? 2 : 0 };
      await change((pending) => withOrientation(pending, orientation));
    },
    async extend(edges, fill = canvas.background ?? TRANSPARENT) {
      await change((pending) => withMargins(pending, { ...edges, fill }));
    },
    async filter(stage, calls) {
      await change((pending) => withFilter(pending, { stage, calls }));
    },
    async pixels() {
      const pixels = await runToPixels(pass);
      pass = passOverPixels(pixels, pass.isGrey);
      return pixels;
    },
    replace(pixels) {
      pass = passOverPixels(pixels);
    },
  };
  return canvas;
}
