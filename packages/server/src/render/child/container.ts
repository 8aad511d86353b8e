import { inflateSync } from 'node:zlib';
import { ServiceError } from '../../errors.ts';
import type { InputFormat } from '../protocol.ts';

/** Most chunks of a PNG besides its picture data, and most bytes in them, unpacked. */
const MAX_PNG_EXTRAS = 50;
const MAX_PNG_EXTRA_BYTES = 16 * 1024 * 1024;

/** The further frames of an animated PNG: picture data, which libpng passes over without unpacking it. */
const ANIMATION_CHUNKS: ReadonlySet<string> = new Set(['acTL', 'fcTL', 'fdAT']);

/**
 * Refuses PNGs stuffed with compressed text before libpng unpacks it: 60 such chunks in 2.6 MB held a decoder for
 * seconds, with a picture of one pixel, and so do 49 in 2.1 MB. Throws `broken_picture`.
 */
export function refuseMetadataBomb(bytes: Buffer, format: InputFormat): void {
  if (format !== 'png') return;
  let extras = 0;
  let extraBytes = 0;
  for (const chunk of pngChunks(bytes)) {
    // A lower-case first letter marks what a decoder may leave out.
    if (!/^[a-z]/.test(chunk.type) || ANIMATION_CHUNKS.has(chunk.type)) continue;
    extras += 1;
    extraBytes += unpackedBytes(bytes, chunk, MAX_PNG_EXTRA_BYTES - extraBytes);
    if (extras > MAX_PNG_EXTRAS || extraBytes > MAX_PNG_EXTRA_BYTES) {
      throw new ServiceError(
        'broken_picture',
        `the PNG has more than ${MAX_PNG_EXTRAS} chunks, or ${MAX_PNG_EXTRA_BYTES} bytes, besides its picture`,
      );
    }
  }
}

/**
 * False where the file stops before its format says that it ends. The decoders do not tell: libnsgif takes a GIF that
 * is cut off anywhere after its first frame, libpng is not asked for what follows the last pixel. The others notice.
 */
export function isComplete(bytes: Buffer, format: InputFormat): boolean {
  if (format === 'png') {
    const end = pngChunks(bytes).find((chunk) => chunk.type === 'IEND');
    return end !== undefined && end.endsAt <= bytes.length;
  }
  return format === 'gif' ? gifHasTrailer(bytes) : true;
}

interface PngChunk {
  readonly type: string;
  readonly dataAt: number;
  readonly dataBytes: number;
  readonly endsAt: number;
}

const PNG_SIGNATURE_BYTES = 8;

/** Every chunk up to and with IEND; the last one may end after the file does. */
function pngChunks(bytes: Buffer): PngChunk[] {
  const chunks: PngChunk[] = [];
  for (let at = PNG_SIGNATURE_BYTES; at + 8 <= bytes.length; ) {
    const dataBytes = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const dataAt = at + 8;
    at = dataAt + dataBytes + 4;
    chunks.push({ type, dataAt, dataBytes, endsAt: at });
    if (type === 'IEND') break;
  }
  return chunks;
}

/** The bytes of a chunk when what is compressed in it has been unpacked; above `mostBytes` it may be any such number. */
function unpackedBytes(bytes: Buffer, { type, dataAt, dataBytes }: PngChunk, mostBytes: number): number {
  if (dataBytes > mostBytes) return dataBytes;
  const data = bytes.subarray(dataAt, dataAt + dataBytes);
  const packed = packedPart(type, data);
  if (packed === undefined) return dataBytes;
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, mostBytes) }).length;
  } catch (error) {
    const isTooMuch = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    // What cannot be unpacked the decoder judges.
    return isTooMuch ? mostBytes + 1 : dataBytes;
  }
}

/** What is compressed in a chunk (PNG specification, sections 11.3.2.3 and 11.3.3); undefined where nothing is. */
function packedPart(type: string, data: Buffer): Buffer | undefined {
  const afterName = data.indexOf(0) + 1;
  if (type === 'zTXt' || type === 'iCCP') return data.subarray(afterName + 1);
  if (type !== 'iTXt' || data[afterName] !== 1) return undefined;
  const afterLanguage = data.indexOf(0, afterName + 2) + 1;
  return data.subarray(data.indexOf(0, afterLanguage) + 1);
}

/** Hops from block to block (GIF89a, appendix B) to the trailer. */
function gifHasTrailer(bytes: Buffer): boolean {
  const at = (index: number): number => bytes[index] ?? 0;
  const colorTableBytes = (packed: number): number => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  const skipSubBlocks = (start: number): number => {
    let index = start;
    while (index < bytes.length && at(index) !== 0) index += at(index) + 1;
    return index + 1;
  };
  let index = 13 + colorTableBytes(at(10));
  while (index < bytes.length) {
    const block = at(index);
    if (block === 0x3b) return true;
    // An extension: its label, then sub-blocks. A picture: descriptor, colour table, code size, then sub-blocks.
    if (block === 0x21) index = skipSubBlocks(index + 2);
    else if (block === 0x2c) index = skipSubBlocks(index + 11 + colorTableBytes(at(index + 9)));
    // Some encoders leave zero bytes between blocks, which decoders skip.
    else index += 1;
  }
  return false;
}
