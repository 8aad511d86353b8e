const APP1 = 0xe1;
const APP13 = 0xed;
const START_OF_SCAN = 0xda;

/**
 * Zeroes EXIF, XMP and IPTC in the header of a JPEG that is itself part of another picture's metadata (a thumbnail),
 * all of it, since such a picture is read for its pixels only; true where there was any.
 */
export function blankNestedJpeg(jpeg: Buffer): boolean {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== 0xffd8) return false;
  let changed = false;
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === START_OF_SCAN) break;
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (end < at + 4) break;
    if (marker === APP1 || marker === APP13) {
      const payload = jpeg.subarray(at + 4, end);
      changed ||= payload.some((byte) => byte !== 0);
      payload.fill(0);
    }
    at = end;
  }
  return changed;
}
