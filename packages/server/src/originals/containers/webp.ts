import { blankExifLocation, exifOrientation, orientationTiff } from './blocks/exif.ts';
import { blankXmpLocation } from './blocks/xmp.ts';
import type { Interval } from './intervals.ts';
import { cutAfter } from './padding.ts';
import { createSplicer } from './splicer.ts';

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const NOTHING = Buffer.alloc(0);

/** Chunks that are read, a hundred times those of an honest animation; any beyond are cut off. */
const MOST_CHUNKS = 65_536;

const EXTENDED = 'VP8X';
const EXIF = 'EXIF';
const XMP = 'XMP ';

/** Chunks of the picture itself (WebP container specification). */
const SHOWN = new Set([EXTENDED, 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);

/** Flags of the extended header that promise metadata. */
const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;

interface Chunk {
  readonly type: string;
  /** With its header and its padding. */
  readonly whole: Interval;
  readonly data: Interval;
}

/** A WebP without metadata: the picture's own chunks, and an orientation, if there is one. */
export function stripWebp(bytes: Buffer): Buffer {
  const { chunks, end } = readChunks(bytes);
  const exif = chunks.find(({ type }) => type === EXIF);
  const orientation =
    exif === undefined ? 1 : exifOrientation(bytes.subarray(exif.data.start, exif.data.end));
  const splicer = createSplicer(bytes);
  for (const chunk of chunks) {
    const { start, end: chunkEnd } = chunk.whole;
    if (chunk === exif && orientation !== 1) splicer.replace(start, chunkEnd, exifChunk(orientation));
    else if (!SHOWN.has(chunk.type)) splicer.replace(start, chunkEnd, NOTHING);
  }
  if (end < bytes.length) splicer.replace(end, bytes.length, NOTHING);
  const result = splicer.finish();
  return result === bytes ? bytes : finishHeaders(result, orientation === 1 ? 0 : EXIF_FLAG);
}

/** A WebP without positions and places, blanked where they stand. */
export function stripWebpLocation(bytes: Buffer): Buffer {
  const { chunks, end } = readChunks(bytes);
  const picture = end < bytes.length ? finishHeaders(Buffer.from(bytes.subarray(0, end))) : bytes;
  const metadata = chunks.filter(({ type }) => type === EXIF || type === XMP);
  if (metadata.length === 0) return picture;
  const copy = Buffer.from(picture);
  const seen = new Set<string>();
  const changed = metadata.map(({ type, data }) => {
    const block = copy.subarray(data.start, data.end);
    // There may be one of each; a second is what nobody is to read.
    if (seen.has(type)) return block.fill(0).length > 0;
    seen.add(type);
    return type === EXIF ? blankExifLocation(block) : blankXmpLocation(block);
  });
  return changed.includes(true) ? copy : picture;
}

/** The chunks of the file, in order, and where what belongs to it ends; a chunk that is cut off is the last. */
function readChunks(bytes: Buffer): { chunks: Chunk[]; end: number } {
  const chunks: Chunk[] = [];
  const riffEnd = CHUNK_HEADER_BYTES + bytes.readUInt32LE(4);
  const limit = Math.min(riffEnd + (riffEnd % 2), bytes.length);
  let at = RIFF_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= limit && chunks.length < MOST_CHUNKS) {
    const size = bytes.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER_BYTES;
    const next = start + size + (size % 2);
    chunks.push({
      type: bytes.toString('latin1', at, at + 4),
      whole: { start: at, end: Math.min(next, bytes.length) },
      data: { start, end: Math.min(start + size, bytes.length) },
    });
    at = next;
  }
  return { chunks, end: cutAfter(bytes, chunks.length < MOST_CHUNKS ? limit : Math.min(at, limit)) };
}

function exifChunk(orientation: number): Buffer {
  const data = orientationTiff(orientation);
  const chunk = Buffer.alloc(CHUNK_HEADER_BYTES + data.length);
  chunk.write(EXIF, 'latin1');
  chunk.writeUInt32LE(data.length, 4);
  data.copy(chunk, CHUNK_HEADER_BYTES);
  return chunk;
}

/** Sets the length that the file tells of itself, and, where `flags` is given, which metadata it promises. */
function finishHeaders(bytes: Buffer, flags?: number): Buffer {
  bytes.writeUInt32LE(bytes.length - CHUNK_HEADER_BYTES, 4);
  const flagsAt = RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES;
  const isExtended = bytes.toString('latin1', RIFF_HEADER_BYTES, RIFF_HEADER_BYTES + 4) === EXTENDED;
  const before = bytes[flagsAt];
  if (flags !== undefined && isExtended && before !== undefined) {
    bytes[flagsAt] = (before & ~(EXIF_FLAG | XMP_FLAG)) | flags;
  }
  return bytes;
}
