import type { Interval } from './intervals.ts';
import { type IsoBox, readBoxes } from './iso-boxes.ts';

/** An item of a HEIF file: a picture, a part of one, or a piece of metadata (ISO/IEC 23008-12). */
export interface HeifItem {
  readonly type: string;
  /** Where the four letters of its type stand. */
  readonly typeAt: number;
  /** Of `mime` items: what they hold, and how it is packed (empty: not at all). */
  readonly contentType: string;
  readonly contentEncoding: string;
  /** Where its bytes lie in the file. */
  readonly extents: readonly Interval[];
}

const FULL_BOX_BYTES = 4;
const FROM_FILE = 0;
const FROM_ITEM_DATA = 1;

/** The items that a `meta` box tells of, with a type and in an order of their own. */
export function readHeifItems(bytes: Buffer, meta: IsoBox): HeifItem[] {
  const boxes = readBoxes(bytes, { start: meta.body + FULL_BOX_BYTES, end: meta.end });
  const locations = boxes.find(({ type }) => type === 'iloc');
  const infos = boxes.find(({ type }) => type === 'iinf');
  const itemData = boxes.find(({ type }) => type === 'idat');
  if (locations === undefined || infos === undefined) return [];
  const extents = readLocations(bytes, locations, itemData);
  return readInfos(bytes, infos).map(({ id, ...item }) => {
    const found = extents.get(id) ?? [];
    // Each item once: a file that tells of one a thousand times would have its extents looked at as often.
    extents.delete(id);
    return { ...item, extents: found };
  });
}

function readInfos(bytes: Buffer, box: IsoBox): (Omit<HeifItem, 'extents'> & { id: number })[] {
  const countBytes = bytes[box.body] === 0 ? 2 : 4;
  const start = box.body + FULL_BOX_BYTES + countBytes;
  return readBoxes(bytes, { start, end: box.end }).flatMap((info) => {
    const version = bytes[info.body] ?? 0;
    const idBytes = version === 2 ? 2 : 4;
    const typeAt = info.body + FULL_BOX_BYTES + idBytes + 2;
    if (info.type !== 'infe' || version < 2 || typeAt + 4 > info.end) return [];
    const id = bytes.readUIntBE(info.body + FULL_BOX_BYTES, idBytes);
    const [, contentType = '', contentEncoding = ''] = bytes
      .toString('latin1', typeAt + 4, info.end)
      .split('\0', 3);
    return [{ id, type: bytes.toString('latin1', typeAt, typeAt + 4), typeAt, contentType, contentEncoding }];
  });
}

/** Reads numbers of 0, 2, 4 or 8 bytes one after the other; beyond the end all are zero. */
function createCursor(bytes: Buffer, start: number, end: number) {
  let at = start;
  return {
    isAtEnd: () => at >= end,
    next(size: number): number {
      const from = at;
      at += size;
      if (size === 0 || at > end) return 0;
      return size === 8 ? Number(bytes.readBigUInt64BE(from)) : bytes.readUIntBE(from, size);
    },
  };
}

function readLocations(bytes: Buffer, box: IsoBox, itemData: IsoBox | undefined): Map<number, Interval[]> {
  const cursor = createCursor(bytes, box.body, box.end);
  const version = cursor.next(1);
  cursor.next(3);
  const sizes = cursor.next(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15].map(
    fieldBytes,
  );
  const indexBytes = version === 0 ? 0 : fieldBytes(sizes & 15);
  const idBytes = version < 2 ? 2 : 4;
  const count = cursor.next(idBytes);
  const locations = new Map<number, Interval[]>();
  for (let item = 0; item < count && !cursor.isAtEnd(); item += 1) {
    const id = cursor.next(idBytes);
    const method = version === 0 ? FROM_FILE : cursor.next(2) & 15;
    cursor.next(2);
    const base = cursor.next(baseBytes ?? 0);
    const extents = cursor.next(2);
    const places: Interval[] = [];
    for (let extent = 0; extent < extents && !cursor.isAtEnd(); extent += 1) {
      cursor.next(indexBytes);
      const offset = base + cursor.next(offsetBytes ?? 0);
      const place = locate(bytes, itemData, { method, offset, length: cursor.next(lengthBytes ?? 0) });
      if (place !== undefined) places.push(place);
      // Extents without a byte of their own: the first is the whole, and the count may be a lie.
      if (indexBytes + (offsetBytes ?? 0) + (lengthBytes ?? 0) === 0) break;
    }
    locations.set(id, places);
  }
  return locations;
}

function fieldBytes(size: number): number {
  return size === 4 || size === 8 ? size : 0;
}

/** A length of zero means: to the end. */
function locate(
  bytes: Buffer,
  itemData: IsoBox | undefined,
  extent: { method: number; offset: number; length: number },
): Interval | undefined {
  const { method, offset, length } = extent;
  const within =
    method === FROM_FILE ? { body: 0, end: bytes.length } : method === FROM_ITEM_DATA ? itemData : undefined;
  if (within === undefined) return undefined;
  const start = Math.min(within.body + offset, within.end);
  return { start, end: length === 0 ? within.end : Math.min(start + length, within.end) };
}
