import { describe, expect, it } from 'vitest';
import { blankMakerNoteLocation } from './maker-note.ts';

type Entry = [tag: number, type: number, count: number, value: number];

/** A little-endian table without a link to a next one. */
function table(entries: Entry[]): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * 12);
  bytes.writeUInt16LE(entries.length);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 2 + index * 12);
    bytes.writeUInt16LE(type, 4 + index * 12);
    bytes.writeUInt32LE(count, 6 + index * 12);
    bytes.writeUInt32LE(value, 10 + index * 12);
  }
  return bytes;
}

const TIFF = Buffer.from('II*\0\x08\0\0\0', 'latin1');
const NOTE_AT = 40;

/** A TIFF structure with the note at 40, and a view of that. */
function around(note: Buffer): { block: Buffer; note: Buffer } {
  const block = Buffer.concat([TIFF, Buffer.alloc(NOTE_AT - TIFF.length), note, Buffer.from('behind it')]);
  return { block, note: block.subarray(NOTE_AT, NOTE_AT + note.length) };
}

describe('blankMakerNoteLocation', () => {
  it("blanks Panasonic's place names, whose offsets count from the block around the note", () => {
    const valuesAt = NOTE_AT + 12 + 2 + 3 * 12;
    const { block, note } = around(
      Buffer.concat([
        Buffer.from('Panasonic\0\0\0'),
        table([
          [0x51, 2, 8, valuesAt],
          [0x69, 7, 10, valuesAt + 8],
          [0x6d, 7, 10, valuesAt + 18],
        ]),
        Buffer.from('the lens'),
        Buffer.from('Placeland\0Placeburg\0'),
      ]),
    );
    expect(blankMakerNoteLocation(block, note)).toBe(true);
    expect(block.toString()).toMatch(/the lens/);
    expect(block.toString()).not.toMatch(/Place/);
    expect(block.toString()).toMatch(/behind it$/);
    expect(blankMakerNoteLocation(block, note)).toBe(false);
  });

  it('blanks nothing outside the note', () => {
    const places: Entry[] = [[0x69, 7, 9, NOTE_AT + 12 + 2 + 12]];
    const { block, note } = around(Buffer.concat([Buffer.from('Panasonic\0\0\0'), table(places)]));
    expect(blankMakerNoteLocation(block, note)).toBe(false);
    expect(block.toString()).toMatch(/behind it$/);
  });

  it("blanks Nikon's place and altitude, whose offsets count from a header in the note", () => {
    const valuesAt = 8 + 2 + 3 * 12 + 4;
    const { block, note } = around(
      Buffer.concat([
        Buffer.from('Nikon\0\x02\x11\0\0', 'latin1'),
        TIFF,
        table([
          [0x39, 7, 9, valuesAt],
          [0x84, 7, 8, valuesAt + 9],
          [0xc3, 7, 8, valuesAt + 17],
        ]),
        Buffer.alloc(4),
        Buffer.from('Placeburg'),
        Buffer.from('the lens'),
        Buffer.from('altitude'),
      ]),
    );
    expect(blankMakerNoteLocation(block, note)).toBe(true);
    expect(block.toString()).toMatch(/the lens/);
    expect(block.toString()).not.toMatch(/Place|altitude/);
  });

  it("blanks Samsung's note where it tells a place, and keeps it where it does not", () => {
    const version: Entry = [1, 7, 4, Buffer.from('0100').readUInt32LE()];
    const silent = around(table([version, [0x21, 4, 1, 7]]));
    expect(blankMakerNoteLocation(silent.block, silent.note)).toBe(false);
    const telling = around(Buffer.concat([table([version, [0x30, 2, 9, 0]]), Buffer.from('Placeburg')]));
    expect(blankMakerNoteLocation(telling.block, telling.note)).toBe(true);
    expect(telling.note.every((byte) => byte === 0)).toBe(true);
  });

  it('blanks any note that names a position, and keeps others', () => {
    const telling = around(Buffer.from('QUALCOMM gps_latitude=52.5'));
    expect(blankMakerNoteLocation(telling.block, telling.note)).toBe(true);
    const silent = around(Buffer.from('Apple iOS\0 and what it tells'));
    expect(blankMakerNoteLocation(silent.block, silent.note)).toBe(false);
  });
});
