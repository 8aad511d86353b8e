import { blankExifLocation } from './blocks/exif.ts';
import { mentionsPosition } from './blocks/mentions-position.ts';
import { blankPhotoshopLocation } from './blocks/photoshop.ts';
import { blankXmpLocation } from './blocks/xmp.ts';
import { editPieces, type Interval } from './intervals.ts';
import { blankExtendedXmp, EXTENDED_XMP } from './jpeg-extended-xmp.ts';
import { APP1, APP2, APP13, APP15, isJpegAt, type JpegSegment, walkJpeg } from './jpeg-walk.ts';
import { cutAfter, skipPadding } from './padding.ts';

/** Application segments that are read; any beyond become zeros. Honest files have hundreds at most. */
const MOST_SEGMENTS = 4096;

const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const PHOTOSHOP = /^(?:Photoshop 3\.0\0|Adobe_Photoshop2\.5:)/;
/** Cameras have put up to four stray bytes before the mark, and something else than its second zero. */
const EXIF = /^[\s\S]{0,4}Exif\0[\s\S]/i;
const EXIF_CONTINUED = /^Exif\0\0(?!II\*\0|MM\0\*)/;
/** What is known to hold no place: profiles, and the index of a multi-picture file. */
const PLACELESS = /^(?:ICC_PROFILE|MPF\0)/;

/**
 * A JPEG without positions and places: they are blanked where they stand, so that the offsets in EXIF, maker notes and
 * multi-picture indexes stay right. The pictures that follow the first (previews, gain maps, the other eye) are freed
 * as well; what else follows them is cut off, see `cutAfter`.
 */
export function stripJpegLocation(bytes: Buffer): Buffer {
  const { segments, end } = readSegments(bytes);
  const pictures = bytes.subarray(0, end);
  if (segments.length === 0) return end === bytes.length ? bytes : pictures;
  const copy = Buffer.from(pictures);
  const changed = [
    blankBlocks(copy, segments.slice(0, MOST_SEGMENTS)),
    segments.length > MOST_SEGMENTS && blankFrom(copy, segments[MOST_SEGMENTS]?.at ?? 0),
  ].includes(true);
  if (changed) return copy;
  return end === bytes.length ? bytes : pictures;
}

/** The segments that may hold a place, at most one more than are read; and where the last picture is to be cut. */
function readSegments(bytes: Buffer): { segments: JpegSegment[]; end: number } {
  const segments: JpegSegment[] = [];
  let at = 0;
  for (;;) {
    const end = walkJpeg(bytes, at, (segment) => {
      if (isApplication(segment) && segments.length <= MOST_SEGMENTS) segments.push(segment);
    });
    const next = skipPadding(bytes, end);
    if (!isJpegAt(bytes, next)) return { segments, end: cutAfter(bytes, end) };
    at = next;
  }
}

function isApplication({ marker }: JpegSegment): boolean {
  return marker >= APP1 && marker <= APP15;
}

function blankFrom(copy: Buffer, from: number): boolean {
  let at = 0;
  do {
    const end = walkJpeg(copy, at, (segment) => {
      if (isApplication(segment) && segment.at >= from) copy.fill(0, segment.start, segment.end);
    });
    at = skipPadding(copy, end);
  } while (isJpegAt(copy, at));
  return true;
}

/** What is at the start of a segment, enough for every mark. */
function headOf(copy: Buffer, { start, end }: Interval): string {
  return copy.toString('latin1', start, Math.min(end, start + EXTENDED_XMP.length));
}

function blankBlocks(copy: Buffer, segments: readonly JpegSegment[]): boolean {
  let changed = false;
  const packets: Interval[] = [];
  const extensions: Interval[] = [];
  for (let index = 0; index < segments.length; index += 1) {
    const segment = segments[index];
    if (segment === undefined) break;
    const head = headOf(copy, segment);
    const exif = segment.marker === APP1 ? EXIF.exec(head)?.[0].length : undefined;
    const photoshop = segment.marker === APP13 ? PHOTOSHOP.exec(head)?.[0].length : undefined;
    if (exif !== undefined) {
      const pieces = takeRun(copy, segments, { index, headBytes: exif, continued: EXIF_CONTINUED });
      changed = editPieces(copy, pieces, blankExifLocation) || changed;
      index += pieces.length - 1;
    } else if (photoshop !== undefined) {
      const pieces = takeRun(copy, segments, { index, headBytes: photoshop, continued: PHOTOSHOP });
      changed = editPieces(copy, pieces, blankPhotoshopLocation) || changed;
      index += pieces.length - 1;
    } else if (head.startsWith(XMP)) packets.push({ start: segment.start + XMP.length, end: segment.end });
    else if (head.startsWith(EXTENDED_XMP)) extensions.push(segment);
    else changed = blankUnknown(copy, segment, head) || changed;
  }
  for (const packet of packets) changed = editPieces(copy, [packet], blankXmpLocation) || changed;
  return blankExtendedXmp(copy, { packets, extensions }) || changed;
}

/** A block may be cut into segments that follow each other directly: where the parts of the one at `index` lie. */
function takeRun(
  copy: Buffer,
  segments: readonly JpegSegment[],
  run: { index: number; headBytes: number; continued: RegExp },
): Interval[] {
  const pieces: Interval[] = [];
  for (let index = run.index; index < segments.length; index += 1) {
    const segment = segments[index];
    const before = segments[index - 1];
    if (segment === undefined) break;
    const isFirst = index === run.index;
    const follows = segment.at === before?.end && segment.marker === before.marker;
    if (!isFirst && !follows) break;
    const headBytes = isFirst ? run.headBytes : run.continued.exec(headOf(copy, segment))?.[0].length;
    if (headBytes === undefined) break;
    pieces.push({ start: segment.start + headBytes, end: segment.end });
  }
  return pieces;
}

/** A segment of a maker's own form is kept unless it names a position. */
function blankUnknown(copy: Buffer, segment: JpegSegment, head: string): boolean {
  if (segment.marker === APP2 && PLACELESS.test(head)) return false;
  const payload = copy.subarray(segment.start, segment.end);
  if (!mentionsPosition(payload)) return false;
  payload.fill(0);
  return true;
}
