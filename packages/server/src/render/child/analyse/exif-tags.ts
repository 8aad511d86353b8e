/** The tables of an EXIF block (EXIF 2.32, section 4.6) that facts are taken from. */
export interface ExifTables {
  readonly image: ExifTable;
  readonly photo: ExifTable;
  readonly position: ExifTable;
}

/** Reads single tags; undefined for what is not there, or not of that kind. */
export interface ExifTable {
  /** Without what is behind a zero byte, blanks around and control characters; up to 200 characters. */
  text(tag: number): string | undefined;
  /** Up to 4 finite numbers: whole ones or quotients. */
  numbers(tag: number): number[] | undefined;
}

const MAX_TEXT_BYTES = 800;
const MAX_TEXT_CHARACTERS = 200;
const MAX_NUMBERS = 4;
const HEADER = 'Exif\0\0';
const ENTRY_BYTES = 12;
const EXIF_TABLE = 0x8769;
const POSITION_TABLE = 0x8825;

/**
 * Opens an EXIF block, with or without the six bytes `Exif\0\0` before its TIFF header; undefined for anything else.
 * Only tags that are asked for are read: a block whose every entry claims all of it costs no more than another.
 */
export function openExif(exif: Buffer): ExifTables | undefined {
  const block = exif.toString('latin1', 0, HEADER.length) === HEADER ? exif.subarray(HEADER.length) : exif;
  const mark = block.toString('latin1', 0, 4);
  if (mark !== 'II*\0' && mark !== 'MM\0*') return undefined;
  const bytes = createByteReader(block, mark === 'II*\0');
  const image = createTable(bytes, bytes.unsigned(4, 4));
  return {
    image,
    photo: createTable(bytes, image.numbers(EXIF_TABLE)?.[0] ?? block.length),
    position: createTable(bytes, image.numbers(POSITION_TABLE)?.[0] ?? block.length),
  };
}

interface ByteReader {
  readonly block: Buffer;
  /** Zero for what the block does not hold. */
  unsigned(at: number, bytes: number): number;
  signed(at: number, bytes: number): number;
}

function createByteReader(block: Buffer, isLittleEndian: boolean): ByteReader {
  const holds = (at: number, bytes: number) => at >= 0 && at + bytes <= block.length;
  return {
    block,
    unsigned(at, bytes) {
      if (!holds(at, bytes)) return 0;
      return isLittleEndian ? block.readUIntLE(at, bytes) : block.readUIntBE(at, bytes);
    },
    signed(at, bytes) {
      if (!holds(at, bytes)) return 0;
      return isLittleEndian ? block.readIntLE(at, bytes) : block.readIntBE(at, bytes);
    },
  };
}

/** Reads one number of a type at a place. */
type ReadNumber = (bytes: ByteReader, at: number) => number;

/** Bytes of one number, and how it is read, by TIFF type. */
const NUMBERS = new Map<number, readonly [bytes: number, read: ReadNumber]>([
  [1, [1, (bytes, at) => bytes.unsigned(at, 1)]],
  [3, [2, (bytes, at) => bytes.unsigned(at, 2)]],
  [4, [4, (bytes, at) => bytes.unsigned(at, 4)]],
  [5, [8, (bytes, at) => bytes.unsigned(at, 4) / bytes.unsigned(at + 4, 4)]],
  [8, [2, (bytes, at) => bytes.signed(at, 2)]],
  [9, [4, (bytes, at) => bytes.signed(at, 4)]],
  [10, [8, (bytes, at) => bytes.signed(at, 4) / bytes.signed(at + 4, 4)]],
]);
const TEXT = 2;

function createTable(bytes: ByteReader, start: number): ExifTable {
  const { block } = bytes;

  function find(tag: number): { type: number; count: number; field: number } | undefined {
    const most = Math.floor((block.length - start - 2) / ENTRY_BYTES);
    const entries = Math.min(bytes.unsigned(start, 2), most);
    for (let index = 0; index < entries; index += 1) {
      const at = start + 2 + index * ENTRY_BYTES;
      if (bytes.unsigned(at, 2) !== tag) continue;
      return { type: bytes.unsigned(at + 2, 2), count: bytes.unsigned(at + 4, 4), field: at + 8 };
    }
    return undefined;
  }

  /** Where a value lies: in its entry where it is short. */
  function placeOf(field: number, valueBytes: number): number {
    return valueBytes <= 4 ? field : bytes.unsigned(field, 4);
  }

  return {
    text(tag) {
      const entry = find(tag);
      if (entry === undefined || entry.type !== TEXT) return undefined;
      const at = placeOf(entry.field, entry.count);
      const raw = block.subarray(at, at + Math.min(entry.count, MAX_TEXT_BYTES)).toString('utf8');
      const text = (raw.split('\0', 1)[0] ?? '').replace(/\p{Cc}/gu, '').trim();
      return text === '' ? undefined : text.slice(0, MAX_TEXT_CHARACTERS);
    },
    numbers(tag) {
      const entry = find(tag);
      const [size, read] = NUMBERS.get(entry?.type ?? 0) ?? [];
      if (entry === undefined || size === undefined || read === undefined) return undefined;
      const at = placeOf(entry.field, entry.count * size);
      const count = Math.min(entry.count, MAX_NUMBERS);
      if (count === 0 || at + count * size > block.length) return undefined;
      const numbers = Array.from({ length: count }, (_, index) => read(bytes, at + index * size));
      return numbers.every(Number.isFinite) ? numbers : undefined;
    },
  };
}
