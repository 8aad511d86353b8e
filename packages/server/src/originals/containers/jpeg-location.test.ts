import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { tagsOf, withTags } from '../../../test/exiftool.ts';
import { photo } from '../../../test/pictures.ts';
import { stripJpegLocation } from './jpeg-location.ts';

const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const GPS = ['-GPSLatitude=52.5163', '-GPSLatitudeRef=N', '-GPSLongitude=13.3777', '-GPSLongitudeRef=E'];

let plain: Buffer;
let placed: Buffer;

beforeAll(async () => {
  plain = await photo(120, 80).jpeg().toBuffer();
  placed = withTags(plain, ...GPS, '-Make=Tester');
});

function segment(marker: number, ...parts: (string | Uint8Array)[]): Buffer {
  const payload = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** The picture with segments at its head. */
function withSegments(...segments: Buffer[]): Buffer {
  return Buffer.concat([plain.subarray(0, 2), ...segments, plain.subarray(2)]);
}

const raw = (bytes: Buffer) => sharp(bytes).raw().toBuffer();

describe('stripJpegLocation', () => {
  it('frees the pictures behind the picture too, and keeps them', async () => {
    const gap = Buffer.alloc(10);
    const file = Buffer.concat([placed, gap, placed, placed]);
    const stripped = stripJpegLocation(file);
    expect(stripped.length).toBe(file.length);
    for (const start of [0, placed.length + gap.length, 2 * placed.length + gap.length]) {
      const picture = stripped.subarray(start, start + placed.length);
      expect(tagsOf(picture, '-gps:all', '-make')).toEqual({ 'IFD0:Make': 'Tester' });
      expect((await raw(picture)).equals(await raw(plain))).toBe(true);
    }
  });

  it('cuts off what follows the pictures in another form, such as a film', () => {
    const film = Buffer.from(
      '\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x20moov\0\0\0\x18udta+52.5163+013.3777/',
      'latin1',
    );
    expect(stripJpegLocation(Buffer.concat([plain, film])).equals(plain)).toBe(true);
    const both = Buffer.concat([plain, plain, film]);
    expect(stripJpegLocation(both).equals(both.subarray(0, -film.length))).toBe(true);
  });

  it('keeps filler behind the picture', () => {
    const file = Buffer.concat([plain, Buffer.from('\0\0\r\n')]);
    expect(stripJpegLocation(file)).toBe(file);
  });

  it('frees extended XMP, whose name is the digest of what it holds', () => {
    const packet = (inside: string) =>
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${inside}/></rdf:RDF></x:xmpmeta>`;
    const extension = packet(
      'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="a source" exif:GPSLatitude="52,30.9N" exif:GPSLongitude="13,22.6E"',
    );
    const nameOf = (text: string | Buffer) => createHash('md5').update(text).digest('hex').toUpperCase();
    const name = nameOf(extension);
    const main = packet(`xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="${name}"`);
    const part = (from: number, to: number) => {
      const place = Buffer.alloc(8);
      place.writeUInt32BE(extension.length);
      place.writeUInt32BE(from, 4);
      return segment(0xe1, EXTENDED_XMP, name, place, extension.slice(from, to));
    };
    // Cut in the middle of a property, and the parts in the wrong order.
    const cut = extension.indexOf('52,30');
    const file = withSegments(segment(0xe1, XMP, main), part(cut, extension.length), part(0, cut));
    expect(tagsOf(file, '-xmp:all')).toMatchObject({ 'XMP-exif:GPSLatitude': expect.any(String) });

    const stripped = stripJpegLocation(file);
    const told = tagsOf(stripped, '-xmp:all');
    expect(told).toMatchObject({ 'XMP-dc:Source': 'a source' });
    expect(Object.keys(told).filter((tag) => tag.includes('GPS'))).toEqual([]);
    const parts = [...stripped.toString('latin1').matchAll(/xmp\/extension\/\0(.{32}).{8}/gs)];
    const start = (index: number) => (parts[index]?.index ?? 0) + 'xmp/extension/\0'.length + 40;
    const whole = Buffer.concat([
      stripped.subarray(start(1), start(1) + cut),
      stripped.subarray(start(0), start(0) + extension.length - cut),
    ]);
    expect(parts.map(([, found]) => found)).toEqual([nameOf(whole), nameOf(whole)]);
    expect(told).toMatchObject({ 'XMP-xmpNote:HasExtendedXMP': nameOf(whole) });
  });

  it('blanks extended XMP of which a part is missing', () => {
    const place = Buffer.of(0, 0, 1, 0, 0, 0, 0, 9);
    const file = withSegments(segment(0xe1, EXTENDED_XMP, 'A'.repeat(32), place, 'GPSLatitude="52"'));
    expect(stripJpegLocation(file).includes('GPS')).toBe(false);
  });

  it('frees Photoshop resources that are cut into segments, and renews their digest', () => {
    const tagged = withTags(
      plain,
      '-IPTC:City=Placeburg',
      '-IPTC:Keywords=keyword',
      '-Photoshop:IPTCDigest=new',
    );
    const at = tagged.indexOf('Photoshop 3.0\0');
    const end = at + tagged.readUInt16BE(at - 2) - 2;
    const resources = tagged.subarray(at + 14, end);
    const middle = resources.indexOf('burg');
    const file = Buffer.concat([
      tagged.subarray(0, at - 4),
      segment(0xed, 'Photoshop 3.0\0', resources.subarray(0, middle)),
      segment(0xed, 'Photoshop 3.0\0', resources.subarray(middle)),
      tagged.subarray(end),
    ]);
    const stripped = stripJpegLocation(file);
    expect(stripped.length).toBe(file.length);
    expect(stripped.includes('Place')).toBe(false);
    const told = tagsOf(stripped, '-iptc:all', '-photoshop:IPTCDigest', '-file:CurrentIPTCDigest');
    expect(told).toMatchObject({ 'IPTC:Keywords': 'keyword' });
    expect(told).not.toHaveProperty('IPTC:City');
    expect(told['Photoshop:IPTCDigest']).toBe(told['File:CurrentIPTCDigest']);
  });

  it('frees EXIF that is cut into segments', () => {
    const at = placed.indexOf('Exif\0\0');
    const end = at + placed.readUInt16BE(at - 2) - 2;
    const tiff = placed.subarray(at + 6, end);
    const file = Buffer.concat([
      placed.subarray(0, at - 4),
      segment(0xe1, 'Exif\0\0', tiff.subarray(0, 40)),
      segment(0xe1, 'Exif\0\0', tiff.subarray(40)),
      placed.subarray(end),
    ]);
    expect(tagsOf(file, '-gps:all')).not.toEqual({});
    expect(tagsOf(stripJpegLocation(file), '-gps:all', '-make')).toEqual({ 'IFD0:Make': 'Tester' });
  });

  it('frees EXIF behind stray bytes', () => {
    const at = placed.indexOf('Exif\0\0');
    const end = at + placed.readUInt16BE(at - 2) - 2;
    const file = withSegments(segment(0xe1, 'abcd', placed.subarray(at, end)));
    expect(tagsOf(file, '-gps:all')).not.toEqual({});
    expect(tagsOf(stripJpegLocation(file), '-gps:all', '-make')).toEqual({ 'IFD0:Make': 'Tester' });
  });

  it('blanks EXIF that cannot be read', () => {
    const stripped = stripJpegLocation(withSegments(segment(0xe1, 'Exif\0\0XX*\0', 'Placeburg')));
    expect(stripped.includes('Placeburg')).toBe(false);
  });

  it('blanks the segment of a maker that names a position, and keeps others', () => {
    const positions = segment(0xe6, 'GoPro\0DEVC', 'GPS5', Buffer.of(1, 2, 3));
    const other = segment(0xe6, 'GoPro\0DEVC', 'TMPC', Buffer.of(1, 2, 3));
    const stripped = stripJpegLocation(withSegments(other, positions));
    expect(stripped.subarray(2, 2 + other.length).equals(other)).toBe(true);
    expect(stripped.includes('GPS5')).toBe(false);
    expect(stripped.length).toBe(withSegments(other, positions).length);
  });

  it('takes linear time for many small segments, and blanks those beyond its bound', () => {
    const many = Buffer.concat(Array.from({ length: 200_000 }, () => segment(0xe1, 'Exif\0\0ab')));
    const start = performance.now();
    const stripped = stripJpegLocation(withSegments(many, segment(0xe1, XMP, 'GPSLatitude')));
    expect(performance.now() - start).toBeLessThan(5000);
    expect(stripped.includes('GPSLatitude')).toBe(false);
  });
});
