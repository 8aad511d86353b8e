import { blankTiffLocation } from './tiff-location.ts';
import { openTiff } from './tiff-reader.ts';

const ORIENTATION = 0x0112;
const HEADER = 'Exif\0\0';

/**
 * Frees an EXIF block (with or without the six bytes `Exif\0\0` before its TIFF header) of positions and places, in
 * place; true where there were any. A block that cannot be read becomes zeros: what readers would still find in it is
 * anybody's guess.
 */
export function blankExifLocation(exif: Buffer): boolean {
  const changed = blankTiffLocation(exif.subarray(headerBytes(exif)));
  if (changed === undefined) exif.fill(0);
  return changed ?? true;
}

/** The orientation that an EXIF block tells, 1 to 8; 1 where it tells none. */
export function exifOrientation(exif: Buffer): number {
  const reader = openTiff(exif.subarray(headerBytes(exif)));
  const entry = reader?.table(reader.firstTable)?.entries.find(({ tag }) => tag === ORIENTATION);
  const orientation = entry === undefined ? undefined : reader?.numbers(entry, 1)[0];
  return orientation !== undefined && orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/** The smallest TIFF structure that tells an orientation (1 to 8): one table of one entry. */
export function orientationTiff(orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('MM\0*', 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(ORIENTATION, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  return tiff;
}

function headerBytes(exif: Buffer): number {
  return exif.toString('latin1', 0, HEADER.length) === HEADER ? HEADER.length : 0;
}
