import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { tagsOf, withTags } from '../../../test/exiftool.ts';
import { photo } from '../../../test/pictures.ts';
import { blankExifLocation } from './blocks/exif.ts';
import { stripPng, stripPngLocation } from './png.ts';

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="a source" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,30.9N"/></rdf:RDF></x:xmpmeta>';

let plain: Buffer;
let exif: Buffer;

beforeAll(async () => {
  plain = await photo(60, 40).png().toBuffer();
  const jpeg = withTags(
    await photo(60, 40).jpeg().toBuffer(),
    '-GPSLatitude=52.5',
    '-GPSLatitudeRef=N',
    '-Make=Tester',
  );
  exif = (await sharp(jpeg).metadata()).exif ?? Buffer.alloc(0);
});

function chunk(type: string, data: Buffer): Buffer {
  const framed = Buffer.concat([Buffer.alloc(4), Buffer.from(type), data, Buffer.alloc(4)]);
  framed.writeUInt32BE(data.length);
  framed.writeUInt32BE(crc32(framed.subarray(4, -4)), framed.length - 4);
  return framed;
}

const HEAD_BYTES = 33;
function withChunks(...chunks: Buffer[]): Buffer {
  return Buffer.concat([plain.subarray(0, HEAD_BYTES), ...chunks, plain.subarray(HEAD_BYTES)]);
}

function chunksOf(bytes: Buffer): { type: string; isSound: boolean }[] {
  const found = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const end = at + 8 + bytes.readUInt32BE(at);
    const isSound = crc32(bytes.subarray(at + 4, end)) === bytes.readUInt32BE(end);
    found.push({ type: bytes.toString('latin1', at + 4, at + 8), isSound });
  }
  return found;
}

/** As ImageMagick writes it. */
function rawProfile(name: string, bytes: Buffer): string {
  const lines = bytes.toString('hex').match(/.{1,72}/g) ?? [];
  return `\n${name}\n${String(bytes.length).padStart(8)}\n${lines.join('\n')}\n`;
}

describe('stripPngLocation', () => {
  it.each([
    ['text', (name: string, text: string) => chunk('tEXt', Buffer.from(`Raw profile type ${name}\0${text}`))],
    [
      'compressed text',
      (name: string, text: string) =>
        chunk('zTXt', Buffer.concat([Buffer.from(`Raw profile type ${name}\0\0`), deflateSync(text)])),
    ],
  ])('frees EXIF that ImageMagick keeps in %s', (_, make) => {
    for (const name of ['exif', 'APP1']) {
      const file = withChunks(make(name, rawProfile('exif', exif)));
      expect(tagsOf(file, '-gps:all')).not.toEqual({});
      const stripped = stripPngLocation(file);
      expect(tagsOf(stripped, '-gps:all', '-make')).toEqual({ 'IFD0:Make': 'Tester' });
      expect(chunksOf(stripped).every(({ isSound }) => isSound)).toBe(true);
    }
  });

  it('frees IPTC and XMP that ImageMagick keeps in text', () => {
    const iptc = Buffer.from('\x1c\x02\x5a\0\x09Placeburg\x1c\x02\x19\0\x03one', 'latin1');
    const resources = Buffer.concat([Buffer.from('8BIM\x04\x04\0\0\0\0\0\x16', 'latin1'), iptc]);
    const text = (name: string, bytes: Buffer) =>
      chunk('tEXt', Buffer.from(`Raw profile type ${name}\0${rawProfile(name, bytes)}`));
    const stripped = stripPngLocation(
      withChunks(
        text('iptc', resources),
        text('xmp', Buffer.from(XMP)),
        text('8bim', Buffer.from('nonsense')),
      ),
    );
    const told = tagsOf(stripped, '-iptc:all', '-xmp:all');
    expect(told).toEqual({ 'IPTC:Keywords': 'one', 'XMP-dc:Source': 'a source' });
  });

  it('frees such texts in the international form too', () => {
    const head = Buffer.from('Raw profile type exif\0\x01\0en\0\0');
    const made = (bytes: Buffer) =>
      chunk('iTXt', Buffer.concat([head, deflateSync(rawProfile('exif', bytes))]));
    const stripped = stripPngLocation(withChunks(made(exif)));
    const free = Buffer.from(exif);
    expect(blankExifLocation(free)).toBe(true);
    expect(stripped.equals(withChunks(made(free)))).toBe(true);
  });

  it('frees compressed XMP', () => {
    const head = Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0');
    const file = withChunks(chunk('iTXt', Buffer.concat([head, deflateSync(XMP)])));
    expect(tagsOf(file, '-xmp:gps*')).not.toEqual({});
    expect(tagsOf(stripPngLocation(file), '-xmp:all')).toEqual({ 'XMP-dc:Source': 'a source' });
  });

  it('drops what cannot be unpacked or read, and texts under the name of a place', () => {
    const text = (keyword: string, value: string) => chunk('tEXt', Buffer.from(`${keyword}\0${value}`));
    const bad = [
      chunk('zTXt', Buffer.from('Raw profile type exif\0\0no zlib')),
      text('exif:GPSLatitude', '52/1, 30/1'),
      text('photoshop:City', 'Placeburg'),
      chunk('maKe', Buffer.from('GPSLatitude')),
    ];
    const good = [text('Title', 'the city of GPS'), chunk('maKe', Buffer.from('other'))];
    expect(stripPngLocation(withChunks(...bad, ...good)).equals(withChunks(...good))).toBe(true);
  });

  it('drops packed texts beyond its bounds unread', () => {
    const bomb = deflateSync(Buffer.alloc(4_000_000, ' GPSLatitude'));
    const packed = chunk('zTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0'), bomb]));
    const start = performance.now();
    const stripped = stripPngLocation(withChunks(...Array.from({ length: 2000 }, () => packed)));
    expect(performance.now() - start).toBeLessThan(5000);
    expect(chunksOf(stripped).filter(({ type }) => type === 'zTXt').length).toBeLessThan(10);
  });

  it('keeps a chunk that is cut off', () => {
    const file = plain.subarray(0, plain.length - 20);
    expect(stripPngLocation(file)).toBe(file);
  });

  it('cuts off what follows the picture', () => {
    expect(stripPngLocation(Buffer.concat([plain, Buffer.from('film')])).equals(plain)).toBe(true);
  });
});

describe('stripPng', () => {
  it('keeps what says how it is shown, with its checksums, and nothing else', async () => {
    const shown = [
      chunk('gAMA', Buffer.of(0, 0, 0xb1, 0x8f)),
      chunk('cICP', Buffer.of(12, 13, 0, 1)),
      chunk('pHYs', Buffer.of(0, 0, 1, 0, 0, 0, 2, 0, 0)),
    ];
    const other = [
      chunk('tEXt', Buffer.from('Title\0x')),
      chunk('tIME', Buffer.alloc(7)),
      chunk('caBX', Buffer.from('x')),
    ];
    const stripped = stripPng(withChunks(...shown, ...other));
    expect(stripped.equals(withChunks(...shown))).toBe(true);
  });

  it('keeps an animation', () => {
    const types = ['acTL', 'fcTL', 'fdAT'];
    const file = withChunks(...types.map((type) => chunk(type, Buffer.alloc(26))));
    expect(stripPng(file)).toBe(file);
  });

  it('keeps the orientation in an EXIF chunk of its own', async () => {
    const file = withTags(plain, '-Orientation#=8', '-Make=Tester');
    const stripped = stripPng(file);
    expect(chunksOf(stripped).every(({ isSound }) => isSound)).toBe(true);
    expect((await sharp(stripped).metadata()).orientation).toBe(8);
    expect(tagsOf(stripped, '-exif:all')).toEqual({ 'IFD0:Orientation': 'Rotate 270 CW' });
  });
});
