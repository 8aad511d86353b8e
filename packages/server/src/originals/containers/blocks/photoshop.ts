import { createHash } from 'node:crypto';
import { blankIptcLocation } from './iptc.ts';
import { blankNestedJpeg } from './nested-jpeg.ts';
import { blankXmpLocation } from './xmp.ts';

const SIGNATURES = new Set(['8BIM', 'PHUT', 'AgHg', 'DCSR', 'MeSa']);
const IPTC = 0x0404;
const IPTC_DIGEST = 0x0425;
const THUMBNAIL_HEADER_BYTES = 28;

/** What frees the data of a resource, by its number ("Image Resource IDs" of Adobe's file format specification). */
const BLANK_RESOURCE = new Map<number, (data: Buffer) => boolean>([
  [IPTC, blankIptcLocation],
  [0x0409, (data) => blankNestedJpeg(data.subarray(THUMBNAIL_HEADER_BYTES))],
  [0x040c, (data) => blankNestedJpeg(data.subarray(THUMBNAIL_HEADER_BYTES))],
  // EXIF, as in Photoshop's own files; here it would be a second copy that nobody reads.
  [0x0422, blankWhole],
  [0x0423, blankWhole],
  [0x0424, blankXmpLocation],
]);

/**
 * Blanks the location in a block of Photoshop's image resources, which carries IPTC above all; its length stays. True
 * where there was any. The digest that says whether XMP and IPTC still agree is kept right.
 */
export function blankPhotoshopLocation(block: Buffer): boolean {
  const digests: { readonly before: Buffer; readonly after: Buffer }[] = [];
  let changed = false;
  for (const { id, data } of readResources(block)) {
    const before = id === IPTC ? md5(data) : undefined;
    if (BLANK_RESOURCE.get(id)?.(data) !== true) continue;
    changed = true;
    if (before !== undefined) digests.push({ before, after: md5(data) });
  }
  if (digests.length > 0) renewDigests(block, digests);
  return changed;
}

function renewDigests(block: Buffer, digests: readonly { before: Buffer; after: Buffer }[]): void {
  for (const { id, data } of readResources(block)) {
    if (id !== IPTC_DIGEST) continue;
    digests.find(({ before }) => before.equals(data))?.after.copy(data);
  }
}

function blankWhole(data: Buffer): boolean {
  data.fill(0);
  return data.length > 0;
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

/** Signature, number, name (its length in a byte, padded to even), length, data (padded to even). */
function* readResources(block: Buffer): Generator<{ id: number; data: Buffer }> {
  let at = 0;
  while (at + 12 <= block.length && SIGNATURES.has(block.toString('latin1', at, at + 4))) {
    const id = block.readUInt16BE(at + 4);
    const nameBytes = 1 + (block[at + 6] ?? 0);
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2);
    if (sizeAt + 4 > block.length) return;
    const size = block.readUInt32BE(sizeAt);
    yield { id, data: block.subarray(sizeAt + 4, sizeAt + 4 + size) };
    at = sizeAt + 4 + size + (size % 2);
  }
}
