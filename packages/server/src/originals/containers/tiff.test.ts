import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { tagsOf, withTags } from '../../../test/exiftool.ts';
import { photo } from '../../../test/pictures.ts';
import { stripTiff, stripTiffLocation } from './tiff.ts';

const GPS = ['-GPSLatitude=52.5163', '-GPSLatitudeRef=N', '-GPSLongitude=13.3777', '-GPSLongitudeRef=E'];
const ALL = ['-Make=Tester', '-Orientation#=6', '-XMP:Title=x', '-IPTC:City=Placeburg', '-IPTC:Keywords=one'];

const raw = (bytes: Buffer, pages = 1) => sharp(bytes, { pages }).raw().toBuffer();

function table(entries: [tag: number, type: number, count: number, value: number][], next = 0): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * 12 + 4);
  bytes.writeUInt16LE(entries.length);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = 2 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  bytes.writeUInt32LE(next, bytes.length - 4);
  return bytes;
}

const LITTLE_ENDIAN = Buffer.from('II*\0\x08\0\0\0', 'latin1');

describe('stripTiffLocation', () => {
  it.each([
    ['strips', { compression: 'none' }],
    ['tiles', { compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 }],
    ['a pyramid', { compression: 'jpeg', tile: true, tileWidth: 16, tileHeight: 16, pyramid: true }],
  ] as const)('keeps the pixels of %s', async (_, options) => {
    const file = withTags(await photo(100, 60).tiff(options).toBuffer(), ...GPS, ...ALL);
    const stripped = stripTiffLocation(file);
    expect(stripped.length).toBe(file.length);
    expect((await raw(stripped)).equals(await raw(file))).toBe(true);
    expect(tagsOf(stripped, '-gps:all', '-city', '-make', '-keywords')).toEqual({
      'IFD0:Make': 'Tester',
      'IPTC:Keywords': 'one',
    });
  });

  it('frees every page', async () => {
    const page = await photo(40, 30).png().toBuffer();
    const pages = await sharp([page, page, page], { join: { animated: true } })
      .tiff()
      .toBuffer();
    const file = withTags(pages, ...GPS, '-IFD1:Make=Tester');
    const stripped = stripTiffLocation(file);
    expect((await sharp(stripped).metadata()).pages).toBe(3);
    expect((await raw(stripped, -1)).equals(await raw(file, -1))).toBe(true);
    expect(tagsOf(stripped, '-gps:all')).toEqual({});
  });

  it('frees BigTIFF', () => {
    // One table at 16 with a GPS table at 64, whose latitude is at 128.
    const file = Buffer.alloc(152, 0xee);
    const entry = (at: number, tag: number, type: number, count: number, value: number) => {
      file.writeUInt16BE(tag, at);
      file.writeUInt16BE(type, at + 2);
      file.writeBigUInt64BE(BigInt(count), at + 4);
      file.writeBigUInt64BE(BigInt(value), at + 12);
    };
    file.write('MM\0+\0\x08\0\0', 'latin1');
    file.writeBigUInt64BE(16n, 8);
    file.writeBigUInt64BE(1n, 16);
    entry(24, 0x8825, 18, 1, 64);
    file.writeBigUInt64BE(0n, 44);
    file.writeBigUInt64BE(1n, 64);
    entry(72, 2, 5, 3, 128);
    file.writeBigUInt64BE(0n, 92);
    const stripped = stripTiffLocation(file);
    expect(stripped.subarray(16, 52).equals(Buffer.alloc(36))).toBe(true);
    expect(stripped.subarray(64, 100).equals(Buffer.alloc(36))).toBe(true);
    expect(stripped.subarray(128).equals(Buffer.alloc(24))).toBe(true);
    expect(stripped.subarray(100, 128).equals(file.subarray(100, 128))).toBe(true);
  });

  it('takes away where on earth a map lies', () => {
    const head = table([
      [256, 3, 1, 4],
      [0x830e, 12, 3, 100],
      [0x8482, 12, 6, 124],
      [0x87af, 3, 4, 172],
    ]);
    const file = Buffer.concat([LITTLE_ENDIAN, head, Buffer.alloc(200, 0xee)]);
    const stripped = stripTiffLocation(file);
    expect(stripped.subarray(8, 26).equals(table([[256, 3, 1, 4]]))).toBe(true);
    expect(stripped.subarray(100, 180).equals(Buffer.alloc(80))).toBe(true);
  });

  it('keeps bytes that something else uses too', () => {
    // The latitude is said to lie in the picture's own strip.
    const main = table([
      [273, 4, 1, 100],
      [279, 4, 1, 50],
      [0x8825, 4, 1, 60],
    ]);
    const place = table([[2, 5, 3, 110]]);
    const file = Buffer.alloc(150, 0xee);
    Buffer.concat([LITTLE_ENDIAN, main]).copy(file);
    place.copy(file, 60);
    const stripped = stripTiffLocation(file);
    expect(stripped.subarray(60, 78).equals(Buffer.alloc(18))).toBe(true);
    expect(stripped.subarray(100).equals(file.subarray(100))).toBe(true);
  });

  it.each([
    ['a table that is its own next', table([[0x8825, 4, 1, 8]], 8)],
    ['a table that is its own place', table([[0x8769, 4, 1, 8]], 8)],
    ['no table', Buffer.alloc(0)],
    ['a table without end', Buffer.alloc(500, 0xff)],
  ])('ends with %s', (_, rest) => {
    const file = Buffer.concat([LITTLE_ENDIAN, rest]);
    expect(stripTiffLocation(file).length).toBe(file.length);
  });

  it.each([
    ['tables that overlap in a chain', 14, (at: number) => at + 14],
    ['sub-tables that point everywhere', 12, () => 0],
  ])('takes linear time for %s', (_, step, next) => {
    const file = Buffer.alloc(20_000_000);
    LITTLE_ENDIAN.copy(file);
    // Each of these words is the count of a table, a tag, a type, and a length.
    for (let at = 8; at + 32 < file.length; at += step) {
      file.writeUInt16LE(0x14a, at);
      file.writeUInt16LE(4, at + 2);
      file.writeUInt32LE(5_000_000, at + 4);
      file.writeUInt32LE(next(at) || (at * 2_654_435_761) % file.length, at + 8);
    }
    const start = performance.now();
    stripTiffLocation(file);
    stripTiff(file);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('stripTiff', () => {
  it.each(['none', 'lzw', 'deflate', 'jpeg', 'packbits'] as const)(
    'keeps what shows a %s one',
    async (compression) => {
      const plain = await photo(100, 60).withIccProfile('p3').tiff({ compression }).toBuffer();
      const file = withTags(plain, ...GPS, ...ALL);
      const stripped = stripTiff(file);
      expect((await raw(stripped)).equals(await raw(file))).toBe(true);
      const [before, after] = await Promise.all([sharp(file).metadata(), sharp(stripped).metadata()]);
      expect([after.orientation, after.icc]).toEqual([6, before.icc]);
      expect(tagsOf(stripped, '-gps:all', '-make', '-xmp:all', '-iptc:all', '-exififd:all')).toEqual({});
      for (const word of ['Tester', 'Placeburg']) expect(stripped.includes(word)).toBe(false);
    },
  );
});
