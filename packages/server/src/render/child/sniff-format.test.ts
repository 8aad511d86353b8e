import { describe, expect, it } from 'vitest';
import { plain } from '../../../test/pictures.ts';
import { sniffFormat } from './sniff-format.ts';

describe('sniffFormat', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('knows %s', async (format) => {
    const bytes = await plain(4, 4, [1, 2, 3]).toFormat(format).toBuffer();
    expect(sniffFormat(bytes)).toEqual({ kind: 'taken', format });
  });

  it.each([
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg>',
  ])('knows SVG', (start) => {
    expect(sniffFormat(Buffer.from(start, 'latin1'))).toEqual({ kind: 'taken', format: 'svg' });
  });

  it.each([
    ['BMP', 'BM\x36\0\0\0\0\0\0\0'],
    ['PDF', '%PDF-1.7'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['a video', '\0\0\0\x18ftypmp42\0\0\0\0isommp42'],
    ['JPEG XL', '\xff\x0a\xfa'],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
    ['Photoshop', '8BPS\0\x01'],
    ['netpbm', 'P6\n1 1\n255\n'],
  ])('names %s, which is not taken', (name, start) => {
    expect(sniffFormat(Buffer.from(start, 'latin1'))).toEqual({ kind: 'refused', name });
  });

  it.each(['', 'x', 'hello, world', '<html><body>', 'PK\x03\x04', '\x7fELF', 'GIF88a', 'RIFF\0\0\0\0WAVE'])(
    'does not know %j',
    (start) => {
      expect(sniffFormat(Buffer.from(start, 'latin1'))).toEqual({ kind: 'unknown' });
    },
  );

  it('reads no brand beyond the end of the first box', () => {
    const bytes = Buffer.from('\0\0\0\x10ftypmp42\0\0\0\0avifavif', 'latin1');
    expect(sniffFormat(bytes)).toEqual({ kind: 'refused', name: 'a video' });
  });
});
