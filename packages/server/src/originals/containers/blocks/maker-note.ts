import { mentionsPosition } from './mentions-position.ts';
import { openTiff, type TiffEntry } from './tiff-reader.ts';

const PANASONIC = 'Panasonic\0\0\0';
/** Location, country, state, city, landmark, city again. */
const PANASONIC_PLACES = new Set([0x67, 0x69, 0x6b, 0x6d, 0x6f, 0x80]);

const NIKON = 'Nikon\0\x02';
const NIKON_HEADER_BYTES = 10;
/** LocationInfo and BarometerInfo (an altitude). */
const NIKON_PLACES = new Set([0x39, 0xc3]);

/** A table with the version "0100" as its first entry, in either byte order, without the count's lower byte. */
const SAMSUNG_LITTLE_ENDIAN = '\0\x01\0\x07\0\x04\0\0\x000100';
const SAMSUNG_BIG_ENDIAN = '\0\x01\0\x07\0\0\0\x040100';
/** From its first note on the receiver to its last; place names are two of them. */
const SAMSUNG_PLACES = { first: 0x2f, last: 0x34 };

/**
 * Blanks what makers are known to note of the place in their own forms: Panasonic's and Nikon's place names and
 * Nikon's altitude one by one, Samsung's (its cameras with a GPS receiver) with the whole note, as any other note that
 * names a position. Apple's, Google's and Canon's hold none. `block` is the TIFF structure around it, `note` a view of
 * the same bytes; true where anything changed.
 */
export function blankMakerNoteLocation(block: Buffer, note: Buffer): boolean {
  const head = note.toString('latin1', 0, 32);
  if (head.startsWith(PANASONIC)) return blankPanasonic(block, note);
  if (head.startsWith(NIKON)) return blankNikon(note.subarray(NIKON_HEADER_BYTES));
  if (isSamsung(head) ? tellsSamsungPlace(note) : mentionsPosition(note)) {
    note.fill(0);
    return true;
  }
  return false;
}

/** Its offsets count from the start of the block around it. */
function blankPanasonic(block: Buffer, note: Buffer): boolean {
  const start = note.byteOffset - block.byteOffset;
  const table = openTiff(block)?.table(start + PANASONIC.length);
  const places = (table?.entries ?? []).filter(({ tag }) => PANASONIC_PLACES.has(tag));
  return blankValues(block, places, { start, end: start + note.length });
}

/** It has a TIFF header of its own. */
function blankNikon(note: Buffer): boolean {
  const reader = openTiff(note);
  const table = reader?.table(reader.firstTable);
  const places = (table?.entries ?? []).filter(({ tag }) => NIKON_PLACES.has(tag));
  return blankValues(note, places, { start: 0, end: note.length });
}

function blankValues(block: Buffer, entries: TiffEntry[], within: { start: number; end: number }): boolean {
  let changed = false;
  for (const { value } of entries) {
    if (value.start < within.start || value.end > within.end) continue;
    const bytes = block.subarray(value.start, value.end);
    changed ||= bytes.some((byte) => byte !== 0);
    bytes.fill(0);
  }
  return changed;
}

function isSamsung(head: string): boolean {
  return (
    head.startsWith(SAMSUNG_LITTLE_ENDIAN, 1) || (head[0] === '\0' && head.startsWith(SAMSUNG_BIG_ENDIAN, 2))
  );
}

function tellsSamsungPlace(note: Buffer): boolean {
  const isLittleEndian = note[1] === 0;
  const read = (at: number) => (isLittleEndian ? note.readUInt16LE(at) : note.readUInt16BE(at));
  const count = Math.min(read(0), Math.floor((note.length - 2) / 12));
  for (let index = 0; index < count; index += 1) {
    const tag = read(2 + index * 12);
    if (tag >= SAMSUNG_PLACES.first && tag <= SAMSUNG_PLACES.last) return true;
  }
  return false;
}
