import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { LocalBlob } from '../blobs/blob-store.ts';
import type { CacheEntry, EntryMeta } from './variant-cache.ts';

/** Begins every entry; its last digit is the version of the layout, so that entries of another one are damaged. */
const MAGIC = Buffer.from('ISV1');
const HEADER_BYTES = 16;

/** What was read: an entry as it was written, or the reason why it is not. */
export type ReadEntry =
  | { readonly kind: 'whole'; readonly entry: CacheEntry }
  | { readonly kind: 'damaged'; readonly reason: string };

/** Where the body lies in a checked file. */
export type CheckedFile =
  | { readonly kind: 'whole'; readonly offset: number; readonly length: number }
  | { readonly kind: 'damaged'; readonly reason: string };

/**
 * An entry as one file: 16 bytes of header, the meta as JSON, the body as it is. The header: `ISV1`, then the lengths of
 * meta and body and the CRC-32 of key, header, meta and body, each four bytes, the lowest first. The key is part of the
 * checksum, so that a whole file in a wrong place is damage too. A CRC, because damage is chance: whoever can write here
 * on purpose can make any checksum fit. It misses no burst of up to 32 bits and takes a third of the time of SHA-256.
 */
export function encodeEntry(key: string, { bytes, meta }: CacheEntry): Buffer {
  const json = Buffer.from(JSON.stringify(meta));
  const file = Buffer.allocUnsafeSlow(HEADER_BYTES + json.byteLength + bytes.byteLength);
  MAGIC.copy(file);
  file.writeUInt32LE(json.byteLength, 4);
  file.writeUInt32LE(bytes.byteLength, 8);
  json.copy(file, HEADER_BYTES);
  bytes.copy(file, HEADER_BYTES + json.byteLength);
  file.writeUInt32LE(crc32(file.subarray(HEADER_BYTES), headerChecksum(key, file)), 12);
  return file;
}

/** The entry in a file's bytes, which it shares. */
export function decodeEntry(key: string, file: Buffer): ReadEntry {
  const header = readHeader(key, file, file.byteLength);
  if (header.kind === 'damaged') return header;
  if (crc32(file.subarray(HEADER_BYTES), header.seed) !== header.checksum) return damaged('checksum');
  const bodyAt = HEADER_BYTES + header.metaLength;
  const meta = parseMeta(file.toString('utf8', HEADER_BYTES, bodyAt));
  if (meta === undefined) return damaged('meta');
  return { kind: 'whole', entry: { bytes: file.subarray(bodyAt), meta } };
}

/** Reads an entry's file through, without holding it in memory. Rejects where it cannot be read. */
export async function checkEntryFile(key: string, local: LocalBlob): Promise<CheckedFile> {
  const file = await open(local.path);
  try {
    const start = Buffer.alloc(Math.min(HEADER_BYTES, local.length));
    await file.read(start, 0, start.byteLength, local.offset);
    const header = readHeader(key, start, local.length);
    if (header.kind === 'damaged') return header;
    let checksum = header.seed;
    const end = local.offset + local.length;
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, local.length));
    for (let at = local.offset + HEADER_BYTES; at < end; ) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.byteLength, end - at), at);
      if (bytesRead === 0) return damaged('length');
      checksum = crc32(chunk.subarray(0, bytesRead), checksum);
      at += bytesRead;
    }
    if (checksum !== header.checksum) return damaged('checksum');
    const skipped = HEADER_BYTES + header.metaLength;
    return { kind: 'whole', offset: local.offset + skipped, length: local.length - skipped };
  } finally {
    await file.close();
  }
}

const CHUNK_BYTES = 262_144;

interface Header {
  readonly kind: 'header';
  readonly metaLength: number;
  readonly checksum: number;
  /** The checksum of what comes before meta and body. */
  readonly seed: number;
}

function readHeader(
  key: string,
  start: Buffer,
  fileLength: number,
): Header | (ReadEntry & { kind: 'damaged' }) {
  if (start.byteLength < HEADER_BYTES) return damaged('length');
  if (!start.subarray(0, MAGIC.byteLength).equals(MAGIC)) return damaged('magic');
  const metaLength = start.readUInt32LE(4);
  if (HEADER_BYTES + metaLength + start.readUInt32LE(8) !== fileLength) return damaged('length');
  return { kind: 'header', metaLength, checksum: start.readUInt32LE(12), seed: headerChecksum(key, start) };
}

function headerChecksum(key: string, file: Buffer): number {
  return crc32(file.subarray(0, 12), crc32(key));
}

function damaged(reason: string): { kind: 'damaged'; reason: string } {
  return { kind: 'damaged', reason };
}

function parseMeta(json: string): EntryMeta | undefined {
  try {
    const meta: unknown = JSON.parse(json);
    return isEntryMeta(meta) ? meta : undefined;
  } catch {
    return undefined;
  }
}

function isEntryMeta(value: unknown): value is EntryMeta {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((part) => part === null || PLAIN_TYPES.has(typeof part));
}

const PLAIN_TYPES = new Set(['string', 'number', 'boolean']);
