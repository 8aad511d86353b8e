import type { Acceptance } from './choose-format.ts';

/** What of a client may have a say in its variant. Every part of it is a trait that answers are said to vary by. */
export interface Client {
  readonly accepted: Acceptance;
  /** Wishes for few bytes. */
  readonly savesData: boolean;
  /** Device pixels to one CSS pixel, where it says so. */
  readonly dpr: number | undefined;
  /** Width at which it shows the picture, in device pixels, where it says so. */
  readonly widthPx: number | undefined;
}

export type ClientTrait = keyof Client;
