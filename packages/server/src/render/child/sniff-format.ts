import type { InputFormat } from '../protocol.ts';

/** What the first bytes say: a format that we take, the name of one that we do not take, or nothing known. */
export type Sniffed =
  | { readonly kind: 'taken'; readonly format: InputFormat }
  | { readonly kind: 'refused'; readonly name: string }
  | { readonly kind: 'unknown' };

/** Bytes as Latin-1 text, at the start of the file. */
const TAKEN: readonly (readonly [InputFormat, ...string[]])[] = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF87a', 'GIF89a'],
  ['tiff', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'],
];

/** Pictures, and documents that people mistake for pictures: named, so that the message can say what was sent. */
const REFUSED: readonly (readonly [string, ...string[]])[] = [
  ['BMP', 'BM'],
  ['PDF', '%PDF-'],
  ['PostScript', '%!PS'],
  ['JPEG XL', '\xff\x0a', '\0\0\0\x0cJXL '],
  ['JPEG 2000', '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  ['Photoshop', '8BPS'],
  ['an icon', '\0\0\x01\0', '\0\0\x02\0'],
  ['netpbm', 'P1\n', 'P2\n', 'P3\n', 'P4\n', 'P5\n', 'P6\n', 'P7\n', 'PF\n', 'Pf\n'],
  ['Radiance HDR', '#?RADIANCE', '#?RGBE'],
  ['OpenEXR', 'v/1\x01'],
  ['FITS', 'SIMPLE  ='],
  ['DirectDraw Surface', 'DDS '],
  ['QOI', 'qoif'],
  ['MNG', '\x8aMNG'],
  ['GIMP', 'gimp xcf'],
];

/** Enough for every signature, and for a comment before an SVG's first element. */
const SNIFFED_BYTES = 1024;

/** Tells a format by its first bytes alone; what a client declared is never looked at. */
export function sniffFormat(bytes: Buffer): Sniffed {
  const start = bytes.toString('latin1', 0, SNIFFED_BYTES);
  const taken = TAKEN.find(([, ...signatures]) => signatures.some((text) => start.startsWith(text)));
  if (taken !== undefined) return { kind: 'taken', format: taken[0] };
  if (start.startsWith('RIFF') && start.startsWith('WEBP', 8)) return { kind: 'taken', format: 'webp' };
  if (start.startsWith('ftyp', 4)) return sniffBrands(bytes, start);
  if (/^(?:\xef\xbb\xbf)?\s*</.test(start) && /<svg[\s>]/i.test(start))
    return { kind: 'taken', format: 'svg' };
  const refused = REFUSED.find(([, ...signatures]) => signatures.some((text) => start.startsWith(text)));
  return refused === undefined ? { kind: 'unknown' } : { kind: 'refused', name: refused[0] };
}

const HEIC_BRAND = /^(?:hei[csmx]|hev[cmsx]|mif[12]|msf1)$/;

/** ISO base media files (AVIF, HEIC, video) name their kinds in the first box, four letters each. */
function sniffBrands(bytes: Buffer, start: string): Sniffed {
  const boxBytes = bytes.readUInt32BE(0);
  const brands = start.slice(8, Math.min(boxBytes, SNIFFED_BYTES)).match(/.{4}/gs) ?? [];
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return { kind: 'taken', format: 'avif' };
  return { kind: 'refused', name: brands.some((brand) => HEIC_BRAND.test(brand)) ? 'HEIC' : 'a video' };
}
