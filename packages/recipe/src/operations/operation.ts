import type { Sharp } from 'sharp';
import type { ContentKind, Position } from '../where.ts';

/** Width and height in whole pixels, each at least 1. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An sRGB colour; channels 0-255, alpha 0-1. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha: number;
}

/** Decoded 8-bit sRGB pixels, row-major and interleaved; `channels` 1 (grey), 2 (grey + alpha), 3 or 4 (RGBA). */
export interface Pixels extends Size {
  readonly data: Uint8Array;
  readonly channels: 1 | 2 | 3 | 4;
}

/** A box inside a picture, whole pixels, from its left upper corner. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * A face, from the hairline to the chin: not whole pixels, from the left upper corner of the picture as it is now. It may
 * reach over the edge.
 */
export interface Face extends Size {
  readonly left: number;
  readonly top: number;
  /** How sure it is that there is one, 0-1. */
  readonly score: number;
}

/**
 * Where in sharp's own fixed order a filter's call runs, ascending. sharp runs its calls in this order whatever order
 * they are made in, so the canvas begins a new pass whenever a step asks for a stage that does not come after the last.
 */
export const STAGES = {
  median: 1,
  blur: 2,
  modulate: 3,
  sharpen: 4,
  composite: 5,
  linear: 6,
  normalise: 7,
  clahe: 8,
  tint: 9,
  negate: 10,
} as const;
export type Stage = (typeof STAGES)[keyof typeof STAGES];

/**
 * The picture as a step sees it: one upright still frame in sRGB. It is the border between the operations and the
 * renderer, so that operations need sharp's types only. Calls may be gathered into one pass of sharp; they take effect
 * in the order in which they are made.
 */
export interface Canvas extends Size {
  /** True where the picture has an alpha channel. */
  readonly hasAlpha: boolean;
  /** What new area is filled with from here on; undefined is transparent (black in formats without alpha). */
  background: Color | undefined;
  /** Resamples to exactly `after`, pixel centres aligned, enlarging included. */
  resample(after: Size): Promise<void>;
  /** Cuts a box out; it must lie inside the picture. */
  extract(box: Box): Promise<void>;
  /** Turns clockwise by any angle; the canvas grows as ImageMagick's does (geometry `rotatedSize`), right angles are lossless. */
  rotate(degrees: number): Promise<void>;
  flip(axes: { readonly horizontal: boolean; readonly vertical: boolean }): Promise<void>;
  /** Adds area around; filled with `fill`, else `background`, else transparent. */
  extend(edges: { top: number; right: number; bottom: number; left: number }, fill?: Color): Promise<void>;
  /** Lays the picture on a colour wherever it is transparent; with an opaque colour it has no alpha channel afterwards. */
  flatten(color: Color): Promise<void>;
  /**
   * The faces that were found in the original, as far as something of them is left. Steps that use them say so with
   * `needsFaces`; where none does they were not looked for, and reading them throws.
   */
  readonly faces: readonly Face[];
  /**
   * Where a box of that size, not larger than the picture, holds most of what the picture shows; on the first frame of an
   * animation, for all.
   */
  pointOfInterest(kind: ContentKind, box: Size): Promise<Position>;
  /**
   * What `find` gives on an animation's first frame, and the same on the frames after it, for which it is not called:
   * what is cut by content stays in place. The step asks for it once on each frame.
   */
  boxOnFirstFrame(find: () => Promise<Box>): Promise<Box>;
  /**
   * Another stored picture, one of those that the operation's `overlays` names: upright, in sRGB, of an animation the
   * first frame, resampled to what `sizeOf` makes of its own size. Its `data` is shared: never change it.
   */
  overlay(picture: string, sizeOf: (natural: Size) => Size): Promise<Pixels>;
  /** Words set in type: RGBA, transparent around the letters. Its `data` is shared: never change it. */
  typeset(words: Words): Promise<Pixels>;
  /** Adds sharp calls that keep the size (filters). */
  filter(stage: Stage, calls: (image: Sharp) => Sharp): Promise<void>;
  /** The pixels so far; the caller may change `data` in place when it hands it back with `replace`. */
  pixels(): Promise<Pixels>;
  /** Goes on with these pixels, of any size. */
  replace(pixels: Pixels): void;
}

/** Words to be set in type. Lines are broken between words where they would be wider than the box. */
export interface Words {
  readonly text: string;
  /** A font that the server has; undefined for its own. What it has no letters for, other fonts fill in. */
  readonly font: string | undefined;
  /** 100 (thin) to 900 (black); the nearest that there is. */
  readonly weight: number;
  /** Height of the em, whole pixels; it is reduced, down to 1, until the words fit into the box with their margin. */
  readonly sizePx: number;
  /** Added on each side, rounded half up. */
  readonly marginEm: number;
  readonly box: Size;
  readonly align: 'left' | 'centre' | 'right';
  readonly color: Color;
}

/** What is known of transparency between two steps, without a pixel. */
export interface Transparency {
  /** True where the picture may have transparent pixels. */
  readonly hasAlpha: boolean;
  /** What new area is filled with; undefined is transparent. */
  readonly background: Color | undefined;
}

/** One step's values: plain data, the same after `parse(print(values))`. */
export type StepValues = object;

/** A spelled-out example for the docs, the tests and the console. */
export interface Example {
  /** What stands in the URL: `resize/300x200`. */
  readonly recipe: string;
  readonly meaning: string;
}

export interface OperationDefinition<Values extends StepValues> {
  /** As it stands in the URL. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The argument's grammar, as the error message `expected` and the docs show it. */
  readonly argument: string;
  /** Formulas, units, ranges and surprises, in Markdown. */
  readonly details: string;
  readonly examples: readonly Example[];
  /** Throws `ArgumentError` for whatever is not in the grammar; the argument is percent-decoded already. */
  parse(argument: string): Values;
  /** The canonical spelling: equal meaning, equal text. */
  print(values: Values): string;
  /** The size that the step results in, from the size before it; undefined where only the pixels tell (trim). */
  size(values: Values, before: Size): Size | undefined;
  /**
   * What the step makes of transparency; absent where it changes nothing. `before` is the size before the step, undefined
   * where only the pixels tell.
   */
  transparency?(values: Values, known: Transparency, before: Size | undefined): Transparency;
  /** The other stored pictures that the step lays on the picture, by their hashes; absent where it never does. */
  overlays?(values: Values): readonly string[];
  /** The font that the step sets words in, undefined for the server's own; absent where it sets none. */
  font?(values: Values): string | undefined;
  /** The values with every length given in pixels multiplied by `dpr`; absent where there is none. */
  scale?(values: Values, dpr: number): Values;
  /**
   * The values with which the step never enlarges, whatever the picture's size; absent where it never does. Equal for
   * values that are so already.
   */
  shrinkOnly?(values: Values): Values;
  /** True where the step has to know the faces in the picture; absent where it never does. */
  needsFaces?(values: Values): boolean;
  /**
   * The values with every side of the asked size replaced by what `snapped` makes of it, in whole pixels; undefined where
   * the size is not asked for in pixels. Absent where the step asks for none.
   */
  snap?(values: Values, snapped: (sidePx: number) => number): Values | undefined;
  /** Does it. Resolves when the canvas holds the result (which may be a pending pass). */
  apply(canvas: Canvas, values: Values): Promise<void> | void;
}

/** An operation as the table holds it: the type of its values is its own business. */
export type Operation = OperationDefinition<StepValues>;

/** Declares an operation. */
export function defineOperation<Values extends StepValues>(
  definition: OperationDefinition<Values>,
): Operation {
  // The values' type is forgotten here: a step's values only ever come from its own `parse`.
  return definition;
}
