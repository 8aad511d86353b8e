import type { Color, Pixels } from '@images-server/recipe';
import { ServiceError } from '../../errors.ts';
import { mapPixels } from './map-pixels.ts';
import { MARGIN_PX, type Mapping } from './mapping.ts';
import { type Pass, passOverPixels, withExtract, withMargins } from './pass.ts';
import { runToPixels } from './run-pass.ts';

/** What a picture is to become, put off until it has to be done. */
export interface PendingPass {
  readonly pass: Pass;
  /** Adds to the pass, after running it where `next` says (by undefined) that it does not fit. */
  change(next: (pass: Pass) => Pass | undefined): Promise<void>;
  /** Looks every point of the result up in the picture; `fill` is what lies around it. */
  map(mapping: Mapping, fill: Color | 'edge'): Promise<void>;
  /** Runs the pass, and goes on with its pixels. */
  pixels(): Promise<Pixels>;
  /** Goes on with other pixels. */
  replace(pixels: Pixels): void;
}

const TRANSPARENT: Color = { r: 0, g: 0, b: 0, alpha: 0 };

/** Begins with a pass; nothing runs before it has to. */
export function createPendingPass(start: Pass): PendingPass {
  let pass = start;

  async function pixels(): Promise<Pixels> {
    const result = await runToPixels(pass);
    pass = passOverPixels(result, pass.isGrey);
    return result;
  }

  async function change(next: (pass: Pass) => Pass | undefined): Promise<void> {
    let changed = next(pass);
    if (changed === undefined) {
      await pixels();
      changed = next(pass);
    }
    if (changed === undefined)
      throw new ServiceError('internal', 'a step does not fit into a pass of its own');
    pass = changed;
  }

  async function map(mapping: Mapping, fill: Color | 'edge'): Promise<void> {
    const margins = { top: MARGIN_PX, right: MARGIN_PX, bottom: MARGIN_PX, left: MARGIN_PX, fill };
    await change((pending) => withMargins(pending, margins));
    const mapped = await mapPixels(await pixels(), mapping, fill === 'edge' ? TRANSPARENT : fill);
    pass = passOverPixels(mapped, pass.isGrey);
    await change((pending) => withExtract(pending, { left: 0, top: 0, ...mapping.size }));
  }

  return {
    get pass() {
      return pass;
    },
    change,
    map,
    pixels,
    replace(other) {
      pass = passOverPixels(other);
    },
  };
}
