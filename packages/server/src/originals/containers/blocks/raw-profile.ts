import { blankExifLocation } from './exif.ts';
import { blankIptcLocation } from './iptc.ts';
import { blankPhotoshopLocation } from './photoshop.ts';
import { blankXmpLocation } from './xmp.ts';

/** ImageMagick's way to keep metadata in PNG text: a name, a length, and the bytes as hex digits in lines. */
const HEADER = /^\s*[\w ]+\n\s*\d+\n/;
const MOST_HEADER_BYTES = 64;
const XMP_MARK = 'http://ns.adobe.com/xap/1.0/\0';

/**
 * Blanks the location in a profile written as hex digits, in place; true where there was any. One that cannot be read
 * becomes spaces. What it holds is told by its first bytes: names are not reliable (`APP1` is EXIF or XMP).
 */
export function blankRawProfileLocation(text: Buffer): boolean {
  const header = HEADER.exec(text.toString('latin1', 0, MOST_HEADER_BYTES))?.[0];
  const profile = header === undefined ? undefined : decode(text, header.length);
  if (header === undefined || profile === undefined) {
    text.fill(0x20);
    return true;
  }
  if (!blankLocation(profile)) return false;
  encode(text, header.length, profile);
  return true;
}

function blankLocation(profile: Buffer): boolean {
  const start = profile.toString('latin1', 0, XMP_MARK.length);
  if (start.startsWith('8BIM')) return blankPhotoshopLocation(profile);
  if (start.startsWith('\x1c')) return blankIptcLocation(profile);
  if (start === XMP_MARK) return blankXmpLocation(profile.subarray(XMP_MARK.length));
  if (/^\s*(?:\xef\xbb\xbf)?</.test(start)) return blankXmpLocation(profile);
  return blankExifLocation(profile);
}

function decode(text: Buffer, from: number): Buffer | undefined {
  const digits = text.toString('latin1', from).replace(/\s+/g, '');
  return /^(?:[0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined;
}

/** Each digit in the place of the old one, so that lines and length stay. */
function encode(text: Buffer, from: number, profile: Buffer): void {
  const digits = Buffer.from(profile.toString('hex'), 'latin1');
  let next = 0;
  for (let at = from; at < text.length && next < digits.length; at += 1) {
    if ((text[at] ?? 0) <= 0x20) continue;
    text[at] = digits[next] ?? 0;
    next += 1;
  }
}
