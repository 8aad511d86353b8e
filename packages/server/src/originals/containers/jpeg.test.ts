import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { withTags } from '../../../test/exiftool.ts';
import { photo } from '../../../test/pictures.ts';
import { stripJpeg } from './jpeg.ts';

/** Marker codes of the segments before the scan, and the first letters of each. */
function segmentsOf(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 2; bytes[at] === 0xff && bytes[at + 1] !== 0xda; at += 2 + bytes.readUInt16BE(at + 2)) {
    if ((bytes[at + 1] ?? 0) >= 0xe0) found.push(bytes.toString('latin1', at + 4, at + 8));
  }
  return found;
}

describe('stripJpeg', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps orientation %i', async (orientation) => {
    const tagged = await photo(60, 40)
      .withMetadata({ orientation })
      .withExifMerge({ IFD0: { Make: 'Tester' } })
      .jpeg()
      .toBuffer();
    expect(tagged.includes('Tester')).toBe(true);
    const stripped = stripJpeg(tagged);
    expect(stripped.includes('Tester')).toBe(false);
    const before = (await sharp(tagged).metadata()).orientation;
    expect(before).toBe(orientation);
    expect((await sharp(stripped).metadata()).orientation ?? 1).toBe(orientation);
    expect(segmentsOf(stripped).includes('Exif')).toBe(orientation !== 1);
  });

  it('keeps how colours are coded: CMYK and its Adobe segment, the ICC profile', async () => {
    const file = await photo(60, 40).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer();
    const tagged = withTags(file, '-Make=Tester', '-Comment=a comment', '-XMP:Title=x', '-IPTC:City=x');
    const stripped = stripJpeg(tagged);
    expect(new Set(segmentsOf(stripped))).toEqual(new Set(['Adob', 'ICC_']));
    const [before, after] = await Promise.all([sharp(file).metadata(), sharp(stripped).metadata()]);
    expect([after.space, after.icc?.length]).toEqual(['cmyk', before.icc?.length]);
    expect((await sharp(stripped).raw().toBuffer()).equals(await sharp(file).raw().toBuffer())).toBe(true);
  });

  it('keeps JFIF without its thumbnail', async () => {
    const file = await photo(60, 40).jpeg().toBuffer();
    const jfif = Buffer.concat([
      Buffer.from('JFIF\0\x01\x01\x01\0\x48\0\x48\x02\x01', 'latin1'),
      Buffer.alloc(6, 0x77),
    ]);
    const head = Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, jfif.length + 2);
    const rest = file.subarray(segmentsOf(file)[0] === 'JFIF' ? 20 : 2);
    const stripped = stripJpeg(Buffer.concat([head, jfif, rest]));
    expect(stripped.toString('latin1', 4, 20)).toBe('\0\x10JFIF\0\x01\x01\x01\0\x48\0\x48\0\0');
    expect(stripped.subarray(20).equals(rest)).toBe(true);
  });

  it('ends with the picture', async () => {
    const file = await photo(60, 40).jpeg().toBuffer();
    expect(stripJpeg(Buffer.concat([file, file, Buffer.from('film')])).equals(file)).toBe(true);
  });
});
