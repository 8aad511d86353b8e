import { crc32 } from 'node:zlib';
import { blankExifLocation, exifOrientation, orientationTiff } from './blocks/exif.ts';
import { mentionsPosition } from './blocks/mentions-position.ts';
import { cutAfter } from './padding.ts';
import { createPngTextEditor } from './png-text.ts';
import { createSplicer } from './splicer.ts';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum of a chunk. */
const FRAME_BYTES = 12;
const NOTHING = Buffer.alloc(0);

/**
 * Ancillary chunks that say how the pixels are to be shown (PNG, third edition): colour, transparency, ground, pixel
 * shape, animation.
 */
const SHOWN = new Set([
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'cICP',
  'mDCV',
  'mDCv',
  'cLLI',
  'cLLi',
  'sBIT',
  'bKGD',
  'pHYs',
  'acTL',
  'fcTL',
  'fdAT',
]);
const EXIF = 'eXIf';
const TEXTS = new Set(['tEXt', 'zTXt', 'iTXt']);

/** What becomes of a chunk: undefined leaves it as it is, empty data with `drop` takes it away. */
type ChunkEdit = undefined | 'drop' | { readonly data: Buffer };

/** A PNG without metadata: critical chunks, those that say how it is shown, and an orientation, if there is one. */
export function stripPng(bytes: Buffer): Buffer {
  let hasExif = false;
  return editChunks(bytes, (type, data) => {
    if (isCritical(type) || SHOWN.has(type)) return undefined;
    if (type !== EXIF || hasExif) return 'drop';
    hasExif = true;
    const orientation = exifOrientation(data);
    return orientation === 1 ? 'drop' : { data: orientationTiff(orientation) };
  });
}

/** A PNG without positions and places: in EXIF, XMP, and what ImageMagick keeps of either in text chunks. */
export function stripPngLocation(bytes: Buffer): Buffer {
  const editText = createPngTextEditor();
  let hasExif = false;
  return editChunks(bytes, (type, data) => {
    if (isCritical(type) || SHOWN.has(type)) return undefined;
    if (TEXTS.has(type)) return editText(type, data);
    if (type !== EXIF) return mentionsPosition(data) ? 'drop' : undefined;
    if (hasExif) return 'drop';
    hasExif = true;
    const copy = Buffer.from(data);
    return blankExifLocation(copy) ? { data: copy } : undefined;
  });
}

function isCritical(type: string): boolean {
  return /^[A-Z]/.test(type);
}

/** A chunk that is cut off by the end of the file is left alone; what follows the last chunk goes. */
function editChunks(bytes: Buffer, edit: (type: string, data: Buffer) => ChunkEdit): Buffer {
  const splicer = createSplicer(bytes);
  let at = SIGNATURE_BYTES;
  let type = '';
  while (type !== 'IEND' && at + FRAME_BYTES <= bytes.length) {
    const end = at + FRAME_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) return splicer.finish();
    type = bytes.toString('latin1', at + 4, at + 8);
    const result = edit(type, bytes.subarray(at + 8, end - 4));
    if (result !== undefined)
      splicer.replace(at, end, result === 'drop' ? NOTHING : chunk(type, result.data));
    at = end;
  }
  const cut = type === 'IEND' ? cutAfter(bytes, at) : bytes.length;
  if (cut < bytes.length) splicer.replace(cut, bytes.length, NOTHING);
  return splicer.finish();
}

function chunk(type: string, data: Buffer): Buffer {
  const result = Buffer.alloc(FRAME_BYTES + data.length);
  result.writeUInt32BE(data.length);
  result.write(type, 4, 'latin1');
  data.copy(result, 8);
  result.writeUInt32BE(crc32(result.subarray(4, -4)), result.length - 4);
  return result;
}
