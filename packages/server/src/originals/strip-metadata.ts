import { stripGif, stripGifLocation } from './containers/gif.ts';
import { stripHeif, stripHeifLocation } from './containers/heif.ts';
import { stripJpeg } from './containers/jpeg.ts';
import { stripJpegLocation } from './containers/jpeg-location.ts';
import { stripPng, stripPngLocation } from './containers/png.ts';
import { stripTiff, stripTiffLocation } from './containers/tiff.ts';
import { stripWebp, stripWebpLocation } from './containers/webp.ts';

/**
 * What is to go from a picture: `location` is GPS positions and the names of places, wherever they stand (EXIF, XMP,
 * IPTC, makers' notes, pictures behind the picture); `all` is whatever does not say how the picture is to be shown.
 */
export type StrippedMetadata = 'location' | 'all';

type Strip = (bytes: Buffer) => Buffer;

/** By the first bytes of the file, as Latin-1 text. */
const CONTAINERS: readonly { starts: RegExp; strip: Readonly<Record<StrippedMetadata, Strip>> }[] = [
  { starts: /^\xff\xd8\xff/, strip: { location: stripJpegLocation, all: stripJpeg } },
  { starts: /^\x89PNG\r\n/, strip: { location: stripPngLocation, all: stripPng } },
  { starts: /^RIFF.{4}WEBP/s, strip: { location: stripWebpLocation, all: stripWebp } },
  { starts: /^GIF8[79]a/, strip: { location: stripGifLocation, all: stripGif } },
  { starts: /^(?:II[*+]\0|MM\0[*+])/, strip: { location: stripTiffLocation, all: stripTiff } },
  { starts: /^.{4}ftyp/s, strip: { location: stripHeifLocation, all: stripHeif } },
];

const SIGNATURE_BYTES = 12;

/**
 * Takes metadata out of a JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIF file without touching the coded picture: its pixels,
 * orientation, colour profile and animation stay exactly as they were. Returns the very buffer that it was given where
 * there is nothing to take, also for other formats, and never changes that buffer. Never throws; what cannot be read as
 * the metadata that it claims to be is taken as well. Time and memory are linear in the length.
 */
export function stripMetadata(bytes: Buffer, what: StrippedMetadata): Buffer {
  const start = bytes.toString('latin1', 0, SIGNATURE_BYTES);
  const container = CONTAINERS.find(({ starts }) => starts.test(start));
  const stripped = container?.strip[what](bytes) ?? bytes;
  return stripped.equals(bytes) ? bytes : stripped;
}
