import { deflateSync } from 'node:zlib';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { frames, GENEROUS_INPUT_LIMITS, plain } from '../../../test/pictures.ts';
import { headerFromFacts, probe } from './probe.ts';
import { verify } from './verify.ts';

async function factsOf(image: Sharp) {
  return (await probe(await image.toBuffer(), GENEROUS_INPUT_LIMITS)).facts;
}

const color = [200, 80, 40] as const;

describe('probe', () => {
  it('tells the upright size', async () => {
    const facts = await factsOf(plain(30, 20, color).withMetadata({ orientation: 6 }).jpeg());
    expect(facts).toMatchObject({
      format: 'jpeg',
      width: 20,
      height: 30,
      orientation: 6,
      frames: 1,
      depth: 8,
    });
  });

  it.each([
    ['a baseline JPEG', plain(8, 8, color).jpeg(), { format: 'jpeg', progressive: false, space: 'srgb' }],
    ['a progressive JPEG', plain(8, 8, color).jpeg({ progressive: true }), { progressive: true }],
    ['a CMYK JPEG', plain(8, 8, color).toColourspace('cmyk').jpeg(), { space: 'cmyk', hasAlpha: false }],
    ['a 16-bit PNG', plain(8, 8, color).toColourspace('rgb16').png(), { depth: 16, space: 'rgb16' }],
    ['a grey PNG', plain(8, 8, [90]).toColourspace('b-w').png(), { depth: 8, space: 'b-w' }],
    ['an interlaced PNG', plain(8, 8, color).png({ progressive: true }), { progressive: true }],
    ['a PNG with alpha', plain(8, 8, [...color, 100]).png(), { hasAlpha: true, format: 'png' }],
    ['a profile', plain(8, 8, color).withIccProfile('p3').webp(), { hasProfile: true, format: 'webp' }],
    ['an AVIF', plain(64, 48, color).avif(), { format: 'avif', width: 64, height: 48 }],
    ['a TIFF', plain(8, 8, color).tiff(), { format: 'tiff' }],
    [
      'EXIF',
      plain(8, 8, color)
        .withExif({ IFD0: { Artist: 'nobody' } })
        .jpeg(),
      { hasMetadata: true },
    ],
    ['no metadata', plain(8, 8, color).png(), { hasMetadata: false, hasProfile: false }],
  ])('tells %s', async (_, image, expected) => {
    expect(await factsOf(image)).toMatchObject(expected);
  });

  it.each(['gif', 'webp'] as const)('tells frames, delays and loop of an animated %s', async (format) => {
    const animation = frames(12, 9, [color, [0, 0, 255], [0, 255, 0]]);
    const bytes = await animation.toFormat(format, { delay: [100, 200, 300], loop: 2 }).toBuffer();
    const header = await probe(bytes, GENEROUS_INPUT_LIMITS);
    expect(header.facts).toMatchObject({ width: 12, height: 9, frames: 3 });
    expect(header).toMatchObject({ delaysMs: [100, 200, 300], loop: 2 });
  });

  it.each([
    ['not_a_picture', Buffer.from('hello, world')],
    ['not_a_picture', Buffer.alloc(0)],
    ['unsupported_format', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['broken_picture', Buffer.from('\xff\xd8\xff\xe0', 'latin1')],
    ['broken_picture', Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(20)])],
    ['broken_picture', Buffer.concat([Buffer.from('II*\0', 'latin1'), Buffer.alloc(20, 255)])],
  ] as const)('refuses with %s', async (code, bytes) => {
    await expect(probe(bytes, GENEROUS_INPUT_LIMITS)).rejects.toMatchObject({ code });
  });

  it.each([
    ['light', 99, plain(10, 10, color).jpeg()],
    ['light', 99, plain(10, 10, color).webp()],
    ['middle', 99, plain(10, 10, color).png()],
    ['middle', 99, plain(10, 10, color).tiff()],
    ['heavy', 99, plain(10, 10, color).gif()],
    ['heavy', 99, plain(10, 10, color).png({ progressive: true })],
    ['heavy', 99, plain(10, 10, color).toColourspace('rgb16').png()],
    ['heavy', 299, frames(10, 10, [color, [0, 0, 9], [0, 9, 0]]).webp()],
    ['avif', 255, plain(16, 16, color).avif()],
  ] as const)('holds the limit of its kind, %s', async (kind, limit, image) => {
    const bytes = await image.toBuffer();
    const maxPixels = { ...GENEROUS_INPUT_LIMITS.maxPixels };
    await expect(
      probe(bytes, { ...GENEROUS_INPUT_LIMITS, maxPixels: { ...maxPixels, [kind]: limit + 1 } }),
    ).resolves.toBeDefined();
    await expect(
      probe(bytes, { ...GENEROUS_INPUT_LIMITS, maxPixels: { ...maxPixels, [kind]: limit } }),
    ).rejects.toMatchObject({ code: 'too_many_pixels', message: expect.stringContaining(String(limit)) });
  });

  it('holds the limits of sides and frames', async () => {
    const wide = await plain(300, 2, color).png().toBuffer();
    await expect(probe(wide, { ...GENEROUS_INPUT_LIMITS, maxSidePx: 299 })).rejects.toMatchObject({
      code: 'too_many_pixels',
      message: 'the picture has a side of 300 pixels, the limit is 299',
    });
    const animation = await frames(4, 4, [color, [0, 0, 9], [0, 9, 0]])
      .gif()
      .toBuffer();
    await expect(probe(animation, { ...GENEROUS_INPUT_LIMITS, maxFrames: 2 })).rejects.toMatchObject({
      code: 'too_many_pixels',
      message: 'the picture has 3 frames, the limit is 2',
    });
  });

  it('refuses a bomb by its header, in no time', async () => {
    const started = performance.now();
    await expect(probe(pngHeader(100_000, 100_000), GENEROUS_INPUT_LIMITS)).rejects.toMatchObject({
      code: 'too_many_pixels',
    });
    expect(performance.now() - started).toBeLessThan(100);
  });

  it('refuses a PNG full of compressed text without unpacking it', async () => {
    const text = pngChunk(
      'zTXt',
      Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(5_000_000))]),
    );
    const picture = await plain(1, 1, color).png().toBuffer();
    const bomb = Buffer.concat([
      picture.subarray(0, 33),
      ...Array<Buffer>(60).fill(text),
      picture.subarray(33),
    ]);
    const started = performance.now();
    await expect(probe(bomb, GENEROUS_INPUT_LIMITS)).rejects.toMatchObject({ code: 'broken_picture' });
    expect(performance.now() - started).toBeLessThan(100);
  });

  it('takes an animated PNG of many frames, of which it sees the first', async () => {
    const picture = await plain(3, 2, color).png().toBuffer();
    const frame = [pngChunk('fcTL', Buffer.alloc(26)), pngChunk('fdAT', Buffer.alloc(40, 7))];
    const ends = picture.length - 12;
    const animated = Buffer.concat([
      picture.subarray(0, ends),
      ...Array<Buffer[]>(200).fill(frame).flat(),
      picture.subarray(ends),
    ]);
    const { facts } = await probe(animated, GENEROUS_INPUT_LIMITS);
    expect(facts).toMatchObject({ width: 3, height: 2, frames: 1 });
    await expect(verify(animated, facts)).resolves.toBeUndefined();
  });

  it.each([
    ['zTXt', 'a\0\0'],
    ['iTXt', 'a\0\x01\0en\0a\0'],
    ['iCCP', 'a\0\0'],
  ])('counts what is compressed in %s as it is unpacked', async (type, beginning) => {
    const packed = (bytes: number) =>
      pngChunk(type, Buffer.concat([Buffer.from(beginning, 'latin1'), deflateSync(Buffer.alloc(bytes))]));
    const picture = await plain(1, 1, color).png().toBuffer();
    const withChunks = (...chunks: Buffer[]) =>
      Buffer.concat([picture.subarray(0, 33), ...chunks, picture.subarray(33)]);
    await expect(
      probe(withChunks(packed(9_000_000), packed(9_000_000)), GENEROUS_INPUT_LIMITS),
    ).rejects.toMatchObject({ code: 'broken_picture', message: expect.stringContaining('16777216 bytes') });
    await expect(probe(withChunks(packed(1000)), GENEROUS_INPUT_LIMITS)).resolves.toBeDefined();
  });
});

function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = pngChunk('IDAT', deflateSync(Buffer.alloc(1000)));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, pngChunk('IHDR', header), data, pngChunk('IEND', Buffer.alloc(0))]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const typed = Buffer.concat([Buffer.from(type), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

describe('headerFromFacts', () => {
  it.each([
    ['sRGB', plain(30, 20, color).withIccProfile('srgb').jpeg(), true],
    ['no profile', plain(30, 20, color).withMetadata({ orientation: 6 }).jpeg(), true],
    ['another profile', plain(30, 20, color).withIccProfile('p3').png(), false],
  ])('says what the bytes say, without a look at them: %s', async (_, image, isSrgb) => {
    const bytes = await image.toBuffer();
    const probed = await probe(bytes, GENEROUS_INPUT_LIMITS);
    const header = headerFromFacts(bytes, probed.facts, GENEROUS_INPUT_LIMITS);
    expect(header).toMatchObject({ facts: probed.facts, delaysMs: undefined, loop: 0 });
    expect(await header?.isSrgb()).toBe(isSrgb);
    expect(await probed.isSrgb()).toBe(isSrgb);
  });

  it('is not enough for an animation, and says nothing of other bytes', async () => {
    const animation = await frames(12, 9, [color, [0, 0, 255]])
      .gif()
      .toBuffer();
    const { facts } = await probe(animation, GENEROUS_INPUT_LIMITS);
    expect(headerFromFacts(animation, facts, GENEROUS_INPUT_LIMITS)).toBeUndefined();
    const png = await plain(8, 8, color).png().toBuffer();
    const ofPng = (await probe(png, GENEROUS_INPUT_LIMITS)).facts;
    expect(headerFromFacts(png.subarray(1), ofPng, GENEROUS_INPUT_LIMITS)).toBeUndefined();
    const gif = Buffer.concat([animation, Buffer.alloc(png.length)]).subarray(0, png.length);
    expect(headerFromFacts(gif, ofPng, GENEROUS_INPUT_LIMITS)).toBeUndefined();
  });

  it('keeps to limits that have become narrower since', async () => {
    const bytes = await plain(30, 20, color).png().toBuffer();
    const { facts } = await probe(bytes, GENEROUS_INPUT_LIMITS);
    expect(() => headerFromFacts(bytes, facts, { ...GENEROUS_INPUT_LIMITS, maxSidePx: 29 })).toThrow(
      expect.objectContaining({ code: 'too_many_pixels' }),
    );
  });
});
