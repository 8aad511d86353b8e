import type { Box, Color, Pixels, Size, Stage } from '@images-server/recipe';
import type { Sharp } from 'sharp';
import type { InputFormat, PictureFacts } from '../protocol.ts';
import {
  combine,
  inverse,
  type Orientation,
  orientationFromExif,
  orientedBox,
  orientedSize,
  UPRIGHT,
} from './orientation.ts';

/** Where a pass begins: an original still to be decoded, or pixels that an earlier pass left. */
export type PassSource =
  | {
      readonly kind: 'original';
      readonly bytes: Buffer;
      readonly format: InputFormat;
      /** sharp's name of its colour space, as the header says. */
      readonly space: string;
      /** The one frame or page that is decoded, from 1; undefined for the first. */
      readonly page: number | undefined;
      /** What decoding the bytes gives, where that has been done already. */
      readonly decoded: Pixels | undefined;
    }
  | { readonly kind: 'pixels'; readonly pixels: Pixels };

export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
  /** A colour, or the pixels at the edge once more. */
  readonly fill: Color | 'edge';
}

export interface Filter {
  readonly stage: Stage;
  readonly calls: (image: Sharp) => Sharp;
}

/**
 * One run of sharp, not yet begun. The fields are in the order in which sharp does them, whatever order it is told in;
 * a step that would have to come before something that is already there does not fit and needs a new pass.
 */
export interface Pass {
  readonly source: PassSource;
  /** The source's own size, before anything. */
  readonly stored: Size;
  /** Part of the source that is used, in its own coordinates. */
  readonly crop: Box;
  readonly flattenOn: Color | undefined;
  /** The size it is reduced to, before it is turned. */
  readonly reduced: Size | undefined;
  readonly orientation: Orientation;
  /** What is cut out after reducing and turning. */
  readonly window: Box | undefined;
  readonly margins: Margins | undefined;
  readonly filters: readonly Filter[];
  readonly hasAlpha: boolean;
  /** True where every pixel is grey, so that one channel can hold the result. */
  readonly isGrey: boolean;
}

/** Begins with an original, turned upright. */
export function passOverOriginal(original: {
  readonly bytes: Buffer;
  readonly facts: PictureFacts;
  readonly page?: number | undefined;
  readonly decoded?: Pixels | undefined;
}): Pass {
  const { bytes, facts, page, decoded } = original;
  const { format, space, hasAlpha } = facts;
  const orientation = orientationFromExif(facts.orientation);
  return {
    hasAlpha,
    isGrey: space === 'b-w' || space === 'grey16',
    ...wholeOf(
      { kind: 'original', bytes, format, space, page, decoded },
      orientedSize(facts, orientation),
      orientation,
    ),
  };
}

/** Begins with pixels. `isGrey` says of RGB pixels that all are grey. */
export function passOverPixels(pixels: Pixels, isGrey = false): Pass {
  return {
    hasAlpha: pixels.channels === 2 || pixels.channels === 4,
    isGrey: isGrey || pixels.channels < 3,
    ...wholeOf({ kind: 'pixels', pixels }, pixels),
  };
}

function wholeOf(
  source: PassSource,
  { width, height }: Size,
  orientation = UPRIGHT,
): Omit<Pass, 'hasAlpha' | 'isGrey'> {
  return {
    source,
    stored: { width, height },
    crop: { left: 0, top: 0, width, height },
    flattenOn: undefined,
    reduced: undefined,
    orientation,
    window: undefined,
    margins: undefined,
    filters: [],
  };
}

/** True where every pixel of an original stays where and as it is. */
export function isUntouched(pass: Pass): boolean {
  const { source, stored, crop, orientation, filters } = pass;
  const isWhole = crop.width === stored.width && crop.height === stored.height;
  const isUpright = !orientation.mirrored && orientation.turns === 0;
  const steps = [pass.flattenOn, pass.reduced, pass.window, pass.margins, ...filters];
  return source.kind === 'original' && isWhole && isUpright && steps.every((step) => step === undefined);
}

/** The size of what the pass results in. */
export function passSize(pass: Pass): Size {
  const { width, height } = pass.window ?? turnedSize(pass);
  const { left, right, top, bottom } = pass.margins ?? { left: 0, right: 0, top: 0, bottom: 0 };
  return { width: width + left + right, height: height + top + bottom };
}

function turnedSize(pass: Pass): Size {
  return orientedSize(pass.reduced ?? pass.crop, pass.orientation);
}

/** Cuts a box out of the result; undefined where that does not fit. */
export function withExtract(pass: Pass, box: Box): Pass | undefined {
  if (pass.margins !== undefined || pass.filters.length > 0) return undefined;
  if (pass.reduced === undefined) {
    const inStored = orientedBox(box, turnedSize(pass), inverse(pass.orientation));
    return { ...pass, crop: within(inStored, pass.crop) };
  }
  return { ...pass, window: within(box, pass.window ?? { left: 0, top: 0 }) };
}

function within(box: Box, outer: { readonly left: number; readonly top: number }): Box {
  return { ...box, left: outer.left + box.left, top: outer.top + box.top };
}

/** Reduces the result to `after`, no side of which is larger; undefined where that does not fit. */
export function withReduction(pass: Pass, after: Size): Pass | undefined {
  if (pass.reduced !== undefined || pass.margins !== undefined || pass.filters.length > 0) return undefined;
  return { ...pass, reduced: orientedSize(after, pass.orientation) };
}

/** Turns the result; undefined where that does not fit. */
export function withOrientation(pass: Pass, turn: Orientation): Pass | undefined {
  if (pass.margins !== undefined || pass.filters.length > 0) return undefined;
  const window = pass.window && orientedBox(pass.window, turnedSize(pass), turn);
  return { ...pass, orientation: combine(pass.orientation, turn), window };
}

/** Adds area around the result; undefined where that does not fit. */
export function withMargins(pass: Pass, margins: Margins): Pass | undefined {
  if (pass.margins !== undefined || pass.filters.length > 0) return undefined;
  // sharp does it right, but tells the size of what was cut out, without what is added around it.
  if (pass.window !== undefined) return undefined;
  if (margins.fill === 'edge') return { ...pass, margins };
  const ready = isGreyColor(margins.fill) ? pass : inColor(pass);
  return ready && { ...ready, margins, hasAlpha: pass.hasAlpha || margins.fill.alpha < 1 };
}

/** Lays the result on a colour, so that it is opaque; undefined where that does not fit. */
export function withFlattening(pass: Pass, on: Color): Pass | undefined {
  if (pass.margins !== undefined || pass.filters.length > 0) return undefined;
  const ready = isGreyColor(on) ? pass : inColor(pass);
  return ready && { ...ready, flattenOn: on, hasAlpha: false };
}

/** Adds a filter; undefined where that does not fit. */
export function withFilter(pass: Pass, filter: Filter): Pass | undefined {
  const last = pass.filters.at(-1);
  if (last !== undefined && last.stage >= filter.stage) return undefined;
  // A filter may bring colour in, and sharp would turn it grey again.
  const ready = inColor(pass);
  return ready && { ...ready, filters: [...pass.filters, filter] };
}

function isGreyColor({ r, g, b }: Color): boolean {
  return r === g && g === b;
}

/** Of a grey original only the decoded pixels can be given colour: its profile is a grey one and has to come first. */
function inColor(pass: Pass): Pass | undefined {
  if (pass.isGrey && pass.source.kind === 'original') return undefined;
  return { ...pass, isGrey: false };
}
