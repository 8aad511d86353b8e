import type { Interval } from './intervals.ts';

/** A box of an ISO base media file (ISO/IEC 14496-12): `start` and `end` are its own, `body` comes after its header. */
export interface IsoBox extends Interval {
  readonly type: string;
  readonly body: number;
}

/** Boxes of one level that are read; honest files have hundreds, pictures of many tiles thousands. */
const MOST_BOXES = 65_536;

/** The boxes that follow each other within an interval; the last may be cut off, and ends where that does. */
export function readBoxes(bytes: Buffer, within: Interval): IsoBox[] {
  const boxes: IsoBox[] = [];
  let at = within.start;
  while (at + 8 <= within.end && boxes.length < MOST_BOXES) {
    const isLong = bytes.readUInt32BE(at) === 1;
    if (isLong && at + 16 > within.end) break;
    const told = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : bytes.readUInt32BE(at);
    const body = at + (isLong ? 16 : 8);
    // A length of zero means: all that is left.
    const end = told === 0 ? within.end : Math.min(at + told, within.end);
    if (end < body) break;
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), start: at, body, end });
    at = end;
  }
  return boxes;
}

/** Turns a box into free space, in place. */
export function freeBox(bytes: Buffer, box: IsoBox): void {
  bytes.write('free', box.start + 4, 'latin1');
  bytes.fill(0, box.body, box.end);
}
