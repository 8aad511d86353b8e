import type { Interval } from '../intervals.ts';

/** One entry of a table: its own place, and that of its value. */
export interface TiffEntry extends Interval {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Whether the value is so short that it lies in the entry itself. */
  readonly isInline: boolean;
  /** Cut off at the end of the block. */
  readonly value: Interval;
}

/** One image file directory. */
export interface TiffTable extends Interval {
  readonly entries: readonly TiffEntry[];
  /** Offset of the next table of the chain, or 0. */
  readonly next: number;
}

/** Reads the structure of TIFF 6.0 and BigTIFF, which EXIF shares; offsets count from the start of the block. */
export interface TiffReader {
  readonly firstTable: number;
  readonly headerBytes: number;
  /** Bytes of a table's count, of one entry, and of the link to the next table. */
  readonly countBytes: number;
  readonly entryBytes: number;
  readonly offsetBytes: number;
  /** The table at an offset, with the entries that the block holds whole; undefined where there is none. */
  table(at: number): TiffTable | undefined;
  /** The first `most` numbers of an entry's value, read as unsigned. */
  numbers(entry: TiffEntry, most: number): number[];
  writeCount(table: TiffTable, count: number): void;
}

/** Bytes of one value, by type; others count as bytes. */
const TYPE_BYTES = new Map([
  [3, 2],
  [4, 4],
  [5, 8],
  [8, 2],
  [9, 4],
  [10, 8],
  [11, 4],
  [12, 8],
  [13, 4],
  [16, 8],
  [17, 8],
  [18, 8],
]);

/** Opens a block that begins with a TIFF header; undefined for anything else. */
export function openTiff(block: Buffer): TiffReader | undefined {
  if (block.length < 8) return undefined;
  const mark = block.toString('latin1', 0, 2);
  if (mark !== 'II' && mark !== 'MM') return undefined;
  const read = createNumberReader(block, mark === 'II');
  const version = read(2, 2);
  if (version === 42) return createReader(block, read, { isBig: false, firstTable: read(4, 4) });
  if (version === 43) return createReader(block, read, { isBig: true, firstTable: read(8, 8) });
  return undefined;
}

type ReadNumber = (at: number, bytes: number) => number;

/** Zero for what the block does not hold. */
function createNumberReader(block: Buffer, isLittleEndian: boolean): ReadNumber {
  return (at, bytes) => {
    if (at + bytes > block.length) return 0;
    if (bytes < 8) return isLittleEndian ? block.readUIntLE(at, bytes) : block.readUIntBE(at, bytes);
    return Number(isLittleEndian ? block.readBigUInt64LE(at) : block.readBigUInt64BE(at));
  };
}

function createReader(
  block: Buffer,
  read: ReadNumber,
  form: { isBig: boolean; firstTable: number },
): TiffReader {
  const { isBig, firstTable } = form;
  const countBytes = isBig ? 8 : 2;
  const entryBytes = isBig ? 20 : 12;
  const offsetBytes = isBig ? 8 : 4;
  const headerBytes = isBig ? 16 : 8;

  function table(at: number): TiffTable | undefined {
    const first = at + countBytes;
    if (at < headerBytes || first > block.length) return undefined;
    const count = Math.min(read(at, countBytes), Math.floor((block.length - first) / entryBytes));
    const entries = Array.from({ length: count }, (_, index) => entry(first + index * entryBytes));
    const link = first + count * entryBytes;
    const end = Math.min(link + offsetBytes, block.length);
    return { start: at, end, entries, next: read(link, offsetBytes) };
  }

  function entry(at: number): TiffEntry {
    const type = read(at + 2, 2);
    const count = read(at + 4, offsetBytes);
    const bytes = count * (TYPE_BYTES.get(type) ?? 1);
    const field = at + 4 + offsetBytes;
    const isInline = bytes <= offsetBytes;
    const start = isInline ? field : Math.min(read(field, offsetBytes), block.length);
    const value = { start, end: Math.min(start + bytes, block.length) };
    return { start: at, end: at + entryBytes, tag: read(at, 2), type, count, isInline, value };
  }

  function numbers({ type, count, value }: TiffEntry, most: number): number[] {
    const bytes = TYPE_BYTES.get(type) ?? 1;
    const length = Math.min(most, count, Math.floor((value.end - value.start) / bytes));
    return Array.from({ length }, (_, index) => read(value.start + index * bytes, bytes));
  }

  function writeCount(changed: TiffTable, count: number): void {
    const bytes = Buffer.alloc(countBytes);
    // The count is small: only its lowest two bytes are set.
    if (block[0] === 0x49) bytes.writeUInt16LE(count, 0);
    else bytes.writeUInt16BE(count, countBytes - 2);
    bytes.copy(block, changed.start);
  }

  return { firstTable, headerBytes, countBytes, entryBytes, offsetBytes, table, numbers, writeCount };
}
