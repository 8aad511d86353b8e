import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { tagsOf, withTags } from '../../../test/exiftool.ts';
import { photo } from '../../../test/pictures.ts';
import { stripWebp, stripWebpLocation } from './webp.ts';

const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;
const PROFILE_FLAG = 0x20;

let tagged: Buffer;

beforeAll(async () => {
  const file = await photo(60, 40).withIccProfile('p3').webp().toBuffer();
  tagged = withTags(
    file,
    '-GPSLatitude=52.5',
    '-GPSLatitudeRef=N',
    '-Make=Tester',
    '-Orientation#=6',
    '-XMP:Title=x',
  );
});

function chunksOf(bytes: Buffer): string[] {
  const found = [];
  for (let at = 12; at < bytes.length; at += 8 + 2 * Math.ceil(bytes.readUInt32LE(at + 4) / 2)) {
    found.push(bytes.toString('latin1', at, at + 4));
  }
  return found;
}

describe('stripWebpLocation', () => {
  it('keeps all but the place, and every chunk', () => {
    const stripped = stripWebpLocation(tagged);
    expect(chunksOf(stripped)).toEqual(chunksOf(tagged));
    expect(tagsOf(stripped, '-gps:all', '-make', '-title')).toEqual({
      'IFD0:Make': 'Tester',
      'XMP-dc:Title': 'x',
    });
  });

  it('cuts off what follows the file, and keeps filler', async () => {
    expect(
      stripWebpLocation(Buffer.concat([tagged, Buffer.from('film')])).equals(stripWebpLocation(tagged)),
    ).toBe(true);
    const plain = await photo(60, 40).webp().toBuffer();
    const filled = Buffer.concat([plain, Buffer.alloc(2)]);
    expect(stripWebpLocation(filled)).toBe(filled);
  });

  it('zeroes a second EXIF chunk unread', () => {
    const at = tagged.indexOf('EXIF');
    const chunk = tagged.subarray(at, at + 8 + tagged.readUInt32LE(at + 4));
    const file = Buffer.concat([tagged, chunk]);
    file.writeUInt32LE(file.length - 8, 4);
    const stripped = stripWebpLocation(file);
    expect(stripped.length).toBe(file.length);
    expect(stripped.subarray(tagged.length + 8).equals(Buffer.alloc(chunk.length - 8))).toBe(true);
  });

  it('takes linear time and little memory for many small chunks', () => {
    const file = Buffer.alloc(20_000_000, Buffer.from('EXIF\x08\0\0\0II*\0\x08\0\0\0', 'latin1'));
    Buffer.from('RIFF\0\0\0\0WEBPXXXX\0\0\0\0', 'latin1').copy(file);
    file.writeUInt32LE(file.length - 8, 4);
    const start = performance.now();
    expect(stripWebpLocation(file).length).toBeLessThan(file.length);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('leaves a file that is cut off as long as it is', () => {
    const cut = tagged.subarray(0, tagged.length - 5);
    expect(stripWebpLocation(cut).length).toBe(cut.length);
  });
});

describe('stripWebp', () => {
  it('tells its length and what it holds', async () => {
    const stripped = stripWebp(withTags(tagged, '-Orientation='));
    expect(stripped.readUInt32LE(4)).toBe(stripped.length - 8);
    expect(chunksOf(stripped)).toEqual(['VP8X', 'ICCP', 'VP8 ']);
    expect((stripped[20] ?? 0) & (EXIF_FLAG | XMP_FLAG | PROFILE_FLAG)).toBe(PROFILE_FLAG);
    expect(await sharp(stripped).metadata()).not.toHaveProperty('exif');
  });

  it('keeps the orientation in an EXIF chunk of its own', async () => {
    const stripped = stripWebp(tagged);
    expect((stripped[20] ?? 0) & (EXIF_FLAG | XMP_FLAG)).toBe(EXIF_FLAG);
    expect((await sharp(stripped).metadata()).orientation).toBe(6);
    expect(tagsOf(stripped, '-exif:all')).toEqual({ 'IFD0:Orientation': 'Rotate 90 CW' });
  });
});
