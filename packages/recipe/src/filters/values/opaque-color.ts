import { nearestColor, readColor } from '../../color-text.ts';
import type { Color } from '../../operations/operation.ts';

/** Reads a colour without alpha, `rrggbb`; undefined for anything else. `printColor` is its inverse. */
export function readOpaqueColor(text: string): Color | undefined {
  return text.length === 6 ? readColor(text) : undefined;
}

/** The spelling that was probably meant: `#F80` is `ff8800`, and so is `ff8800cc`, without its alpha. */
export function nearestOpaqueColor(text: string): string | undefined {
  return nearestColor(text)?.slice(0, 6);
}
