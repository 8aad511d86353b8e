import { createHash } from 'node:crypto';
import { blankXmpLocation } from './blocks/xmp.ts';
import { editPieces, type Interval } from './intervals.ts';

/**
 * Begins a segment with a part of an XMP packet that is too long for one (XMP specification, part 3, section 1.1.3.1);
 * then come its name (32 digits: the MD5 of the whole, which the main packet tells too), its length and the part's place.
 */
export const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';

const NAME_BYTES = 32;
const PLACE_AT = EXTENDED_XMP.length + NAME_BYTES + 4;
const HEADER_BYTES = PLACE_AT + 4;

interface Part extends Interval {
  readonly name: Interval;
  readonly place: number;
}

/**
 * Blanks the location in extended XMP in place; true where there was any. `extensions` are the payloads of its
 * segments, `packets` the main packets, where its name is renewed. One whose parts do not make up a whole becomes zeros.
 */
export function blankExtendedXmp(
  bytes: Buffer,
  segments: { packets: readonly Interval[]; extensions: readonly Interval[] },
): boolean {
  let changed = false;
  for (const [name, parts] of groupByName(bytes, segments.extensions)) {
    const isWhole = parts.every(({ place }, index) => place === endOf(parts[index - 1]));
    let before = '';
    let after = '';
    const edited = editPieces(bytes, parts, (packet) => {
      before = nameOf(packet);
      if (!isWhole) packet.fill(0);
      const hasChanged = !isWhole || blankXmpLocation(packet);
      after = nameOf(packet);
      return hasChanged;
    });
    changed ||= edited;
    if (edited && before === name) rename(bytes, { name, after, parts, packets: segments.packets });
  }
  return changed;
}

function groupByName(bytes: Buffer, extensions: readonly Interval[]): Map<string, Part[]> {
  const groups = new Map<string, Part[]>();
  for (const { start, end } of extensions) {
    if (end - start < HEADER_BYTES) continue;
    const name = { start: start + EXTENDED_XMP.length, end: start + EXTENDED_XMP.length + NAME_BYTES };
    const text = bytes.toString('latin1', name.start, name.end);
    const part = { start: start + HEADER_BYTES, end, name, place: bytes.readUInt32BE(start + PLACE_AT) };
    groups.set(text, [...(groups.get(text) ?? []), part]);
  }
  for (const parts of groups.values()) parts.sort((a, b) => a.place - b.place);
  return groups;
}

function endOf(part: Part | undefined): number {
  return part === undefined ? 0 : part.place + part.end - part.start;
}

function nameOf(packet: Buffer): string {
  return createHash('md5').update(packet).digest('hex').toUpperCase();
}

function rename(
  bytes: Buffer,
  change: { name: string; after: string; parts: readonly Part[]; packets: readonly Interval[] },
): void {
  for (const part of change.parts) bytes.write(change.after, part.name.start, 'latin1');
  for (const { start, end } of change.packets) {
    const at = bytes.subarray(start, end).indexOf(change.name, 0, 'latin1');
    if (at !== -1) bytes.write(change.after, start + at, 'latin1');
  }
}
