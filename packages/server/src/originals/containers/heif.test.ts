import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { tagsOf, withTags } from '../../../test/exiftool.ts';
import { photo } from '../../../test/pictures.ts';
import { stripHeif, stripHeifLocation } from './heif.ts';

const XMP_NAME = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex');

let plain: Buffer;
let tagged: Buffer;

beforeAll(async () => {
  plain = await photo(64, 48).avif({ effort: 0 }).toBuffer();
  const placed = await photo(64, 48)
    .withExif({ IFD0: { Make: 'Tester' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 59/1' } })
    .withXmp('<a xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,30N" b="x"/>')
    .avif({ effort: 0 })
    .toBuffer();
  tagged = withTags(placed, '-Model=Model of the test');
});

function box(type: string, ...parts: (string | Uint8Array)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const raw = (bytes: Buffer) => sharp(bytes).raw().toBuffer();

describe('stripHeifLocation', () => {
  it('blanks the place where it stands', async () => {
    expect(tagsOf(tagged, '-gps:all')).not.toEqual({});
    const stripped = stripHeifLocation(tagged);
    expect(stripped.length).toBe(tagged.length);
    expect((await raw(stripped)).equals(await raw(plain))).toBe(true);
    expect(tagsOf(stripped, '-gps:all', '-xmp:gps*', '-make', '-model')).toEqual({
      'IFD0:Make': 'Tester',
      'IFD0:Model': 'Model of the test',
    });
    expect((await sharp(stripped).metadata()).xmp?.toString()).toMatch(/b="x"/);
  });

  it('blanks places in boxes outside the items', async () => {
    const file = Buffer.concat([
      plain,
      box('uuid', XMP_NAME, '<a exif:GPSLatitude="52" b="x"/>'),
      box('uuid', 'sixteen letters.', 'GPSLatitude=52'),
      box('uuid', 'sixteen letters.', 'something else'),
      box('moov', box('udta', box('\xa9xyz', '+52.5+013.3/')), box('trak', box('meta', '+52.5+013.3/'))),
    ]);
    const text = stripHeifLocation(file).toString('latin1');
    expect(text).not.toMatch(/GPS|\+52/);
    expect(text).toMatch(/b="x"/);
    expect(text).toMatch(/something else/);
    expect(text.length).toBe(file.length);
  });

  it('never touches bytes of the picture, whatever an item claims', async () => {
    // The EXIF item is told to lie where the picture lies: the extents of the first item for those of the second.
    const file = Buffer.from(tagged);
    const at = file.indexOf('iloc') + 8;
    const count = file.readUInt16BE(at + 2);
    const size = (file.length > 0 && count > 0 ? (file.readUInt32BE(at - 12) - 16) / count : 0) | 0;
    for (let item = 1; item < count; item += 1)
      file.copy(file, at + 4 + item * size + 2, at + 6, at + 4 + size);
    expect(stripHeifLocation(file)).toBe(file);
    expect(stripHeif(file)).toBe(file);
  });
});

describe('stripHeif', () => {
  it('makes metadata free space', async () => {
    const stripped = stripHeif(tagged);
    expect(stripped.length).toBe(tagged.length);
    expect((await raw(stripped)).equals(await raw(plain))).toBe(true);
    expect(await sharp(stripped).metadata()).not.toHaveProperty('exif');
    expect(tagsOf(stripped, '-exif:all', '-xmp:all')).toEqual({});
    expect(stripped.includes('Tester')).toBe(false);
  });

  it('keeps the orientation, which is no metadata here', async () => {
    const turned = await photo(64, 48).withMetadata({ orientation: 6 }).avif({ effort: 0 }).toBuffer();
    const [before, after] = await Promise.all([
      sharp(turned).metadata(),
      sharp(stripHeif(turned)).metadata(),
    ]);
    expect([after.width, after.height]).toEqual([before.width, before.height]);
  });

  it('takes linear time for an item that is told of many times, with many extents', () => {
    const infos = Buffer.alloc(
      65_535 * 21,
      Buffer.from('\0\0\0\x15infe\x02\0\0\0\0\x01\0\0Exif\0', 'latin1'),
    );
    const extents = Buffer.alloc(65_535 * 8, Buffer.of(0, 0x40, 0, 0, 0, 0x10, 0, 0));
    const meta = box(
      'meta',
      '\0\0\0\0',
      box('iinf', '\0\0\0\0\xff\xff', infos),
      box('iloc', '\0\0\0\0\x44\0\0\x01\0\x01\0\0\xff\xff', extents),
    );
    const file = Buffer.concat([
      box('ftyp', 'avif\0\0\0\0avif'),
      meta,
      box('mdat', Buffer.alloc(16_000_000)),
    ]);
    const start = performance.now();
    stripHeif(file);
    stripHeifLocation(file);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('ends with boxes of absurd lengths', () => {
    const start = box('ftyp', 'avif\0\0\0\0avif');
    for (const length of [0, 1, 2, 7, 0xffff_ffff]) {
      const odd = box(
        'meta',
        '\0\0\0\0',
        box('iinf', Buffer.alloc(20, 0xff)),
        box('iloc', Buffer.alloc(20, 0xff)),
      );
      odd.writeUInt32BE(length);
      const file = Buffer.concat([start, odd]);
      expect(stripHeif(file)).toBe(file);
    }
  });
});
