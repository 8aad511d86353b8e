import { exifOrientation, orientationTiff } from './blocks/exif.ts';
import { APP0, APP1, APP2, APP14, APP15, COMMENT, type JpegSegment, walkJpeg } from './jpeg-walk.ts';
import { createSplicer } from './splicer.ts';

const NOTHING = Buffer.alloc(0);
const JFIF_BYTES = 14;

/**
 * A JPEG without metadata: of its application segments only JFIF's (without the thumbnail), ICC profiles, Adobe's (it
 * says how the colours are coded) and the orientation, if there is one, stay; comments go, as does what follows the
 * picture. The coded picture is copied.
 */
export function stripJpeg(bytes: Buffer): Buffer {
  const splicer = createSplicer(bytes);
  let hasExif = false;
  const end = walkJpeg(bytes, 0, (segment) => {
    const replacement = replace(segment);
    if (replacement !== undefined) splicer.replace(segment.at, segment.end, replacement);
  });
  if (end < bytes.length) splicer.replace(end, bytes.length, NOTHING);
  return splicer.finish();

  function replace(segment: JpegSegment): Buffer | undefined {
    const { marker } = segment;
    if (marker !== COMMENT && (marker < APP0 || marker > APP15)) return undefined;
    const payload = bytes.subarray(segment.start, segment.end);
    if (marker === APP0) return replaceJfif(payload);
    if (marker === APP2 && payload.toString('latin1', 0, 11) === 'ICC_PROFILE') return undefined;
    if (marker === APP14 && payload.toString('latin1', 0, 5) === 'Adobe') return undefined;
    if (marker !== APP1 || hasExif || payload.toString('latin1', 0, 4) !== 'Exif') return NOTHING;
    // Decoders take the first, whatever it tells.
    hasExif = true;
    const orientation = exifOrientation(payload);
    return orientation === 1 ? NOTHING : orientationSegment(orientation);
  }
}

function replaceJfif(payload: Buffer): Buffer | undefined {
  if (payload.toString('latin1', 0, 5) !== 'JFIF\0' || payload.length < JFIF_BYTES) return NOTHING;
  if (payload.length === JFIF_BYTES) return undefined;
  const jfif = Buffer.from(payload.subarray(0, JFIF_BYTES));
  // Width and height of the thumbnail.
  jfif.fill(0, JFIF_BYTES - 2);
  return Buffer.concat([Buffer.of(0xff, APP0, 0, 2 + JFIF_BYTES), jfif]);
}

function orientationSegment(orientation: number): Buffer {
  const tiff = orientationTiff(orientation);
  return Buffer.concat([Buffer.of(0xff, APP1, 0, 8 + tiff.length), Buffer.from('Exif\0\0'), tiff]);
}
