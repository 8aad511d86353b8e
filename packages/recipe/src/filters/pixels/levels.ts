import { roundHalfUp } from '../../numbers.ts';
import type { Canvas, Pixels } from '../../operations/operation.ts';

/** The nearest level that a channel can have: a whole number, 0-255. */
export function toLevel(value: number): number {
  return Math.min(255, Math.max(0, roundHalfUp(value)));
}

/** A table of what becomes of each level, 0-255. */
export function levelTable(change: (level: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, level) => toLevel(change(level)));
}

/** Changes every colour channel by one formula, rounded and cut to 0-255. Alpha stays as it is. */
export async function changeLevels(canvas: Canvas, change: (level: number) => number): Promise<void> {
  const pixels = await canvas.pixels();
  applyTable(pixels, levelTable(change));
  canvas.replace(pixels);
}

/** Looks every colour channel up in a table, in place. Alpha stays as it is. */
export function applyTable({ data, channels }: Pixels, table: Uint8Array): void {
  const colors = channels < 3 ? 1 : 3;
  for (let pixel = 0; pixel < data.length; pixel += channels) {
    for (let at = pixel; at < pixel + colors; at += 1) data[at] = table[data[at] ?? 0] ?? 0;
  }
}

/** The channels that are colours: one of a grey picture, else three. */
export function colorChannels({ channels }: Pixels): 1 | 3 {
  return channels < 3 ? 1 : 3;
}

/** True where the last channel is alpha. */
export function hasAlpha({ channels }: Pixels): boolean {
  return channels === 2 || channels === 4;
}
