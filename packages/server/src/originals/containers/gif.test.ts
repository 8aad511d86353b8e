import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { tagsOf, withTags } from '../../../test/exiftool.ts';
import { photo } from '../../../test/pictures.ts';
import { stripGif, stripGifLocation } from './gif.ts';

let plain: Buffer;
let tagged: Buffer;

beforeAll(async () => {
  const frames = await photo(40, 60).raw().toBuffer();
  plain = await sharp(frames, { raw: { width: 40, height: 60, channels: 3, pageHeight: 20 } })
    .gif({ loop: 3, delay: [100, 200, 300] })
    .toBuffer();
  tagged = withTags(plain, '-XMP-exif:GPSLatitude=52.5', '-XMP:Title=x', '-Comment=a comment');
});

async function shown(bytes: Buffer) {
  const picture = sharp(bytes, { animated: true });
  const { pages, delay, loop } = await picture.metadata();
  return { pages, delay, loop, raw: await picture.raw().toBuffer() };
}

/** An application extension whose data is in sub-blocks of 255 bytes. */
function application(name: string, data: string): Buffer {
  const blocks = data.match(/[\s\S]{1,255}/g) ?? [];
  return Buffer.from(
    `\x21\xff\x0b${name}${blocks.map((block) => String.fromCharCode(block.length) + block).join('')}\0`,
    'latin1',
  );
}

/** Before the trailer. */
const withExtension = (extension: Buffer) =>
  Buffer.concat([plain.subarray(0, -1), extension, Buffer.of(0x3b)]);

describe('stripGifLocation', () => {
  it('keeps all but the place', async () => {
    const stripped = stripGifLocation(tagged);
    expect(stripped.length).toBe(tagged.length);
    expect(tagsOf(stripped, '-xmp:gps*', '-title', '-comment')).toEqual({
      'XMP-dc:Title': 'x',
      'File:Comment': 'a comment',
    });
    expect(await shown(stripped)).toEqual(await shown(plain));
  });

  it('takes away XMP that is in sub-blocks, whose lengths could be among what is blanked', async () => {
    const packet = `<a ${' '.repeat(200)} exif:GPSLatitude="${'5'.repeat(200)}"/>`;
    expect(stripGifLocation(withExtension(application('XMP DataXMP', packet))).equals(plain)).toBe(true);
  });

  it('cuts off what follows the picture', () => {
    expect(stripGifLocation(Buffer.concat([plain, Buffer.from('film')])).equals(plain)).toBe(true);
  });
});

describe('stripGif', () => {
  it('keeps only the extensions that say how it is shown', async () => {
    expect(stripGif(plain)).toBe(plain);
    expect(stripGif(tagged).equals(plain)).toBe(true);
    expect(stripGif(withExtension(application('OTHER   1.0', 'x'))).equals(plain)).toBe(true);
    const profile = withExtension(application('ICCRGBG1012', 'x'));
    expect(stripGif(profile)).toBe(profile);
  });
});
