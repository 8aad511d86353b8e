/** A marker segment: `at` is the place of its 0xFF, `start` and `end` those of its payload. */
export interface JpegSegment {
  readonly marker: number;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** Marker codes (ITU-T T.81, table B.1). */
export const APP0 = 0xe0;
export const APP1 = 0xe1;
export const APP2 = 0xe2;
export const APP13 = 0xed;
export const APP14 = 0xee;
export const APP15 = 0xef;
export const COMMENT = 0xfe;

const TEMPORARY = 0x01;
const FIRST_RESTART = 0xd0;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;

/** Whether a JPEG picture begins there. */
export function isJpegAt(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === START_OF_IMAGE && bytes[at + 2] === 0xff;
}

/**
 * Calls `visit` for each segment of the JPEG that begins at `start`, and returns where that picture ends: after its end
 * marker, or the length of the bytes where it has none. Like decoders, it steps over whatever is no marker, be it the
 * coded data of a scan or garbage.
 */
export function walkJpeg(bytes: Buffer, start: number, visit: (segment: JpegSegment) => void): number {
  let position = start + 2;
  for (;;) {
    const at = bytes.indexOf(0xff, position);
    if (at === -1 || at + 1 >= bytes.length) return bytes.length;
    const marker = bytes[at + 1] ?? 0;
    if (marker === END_OF_IMAGE) return at + 2;
    if (marker === 0xff) position = at + 1;
    else if (hasNoLength(marker)) position = at + 2;
    else {
      if (at + 4 > bytes.length) return bytes.length;
      const end = Math.min(at + 2 + Math.max(2, bytes.readUInt16BE(at + 2)), bytes.length);
      visit({ marker, at, start: at + 4, end });
      position = end;
    }
  }
}

/** A zero is no marker: it says that the 0xFF before it is data. */
function hasNoLength(marker: number): boolean {
  return marker <= TEMPORARY || (marker >= FIRST_RESTART && marker <= START_OF_IMAGE);
}
