import { describe, expect, it } from 'vitest';
import { PHOTOGRAPH } from '../../test/pictures.ts';
import { estimateDecodeBytes } from './memory-estimate.ts';
import type { PictureFacts } from './protocol.ts';

const FACTS: PictureFacts = { ...PHOTOGRAPH, bytes: 1000, width: 100, height: 50 };

describe('estimateDecodeBytes', () => {
  const cases: [string, Partial<PictureFacts>, number][] = [
    ['a baseline JPEG at 1 byte per pixel', {}, 5_000],
    ['a progressive JPEG at 5', { progressive: true }, 25_000],
    ['a PNG at 5', { format: 'png' }, 25_000],
    ['an interlaced PNG at 8', { format: 'png', progressive: true }, 40_000],
    ['a TIFF at 5', { format: 'tiff' }, 25_000],
    ['a WebP at 8, as if lossless', { format: 'webp' }, 40_000],
    ['a GIF at 8', { format: 'gif' }, 40_000],
    ['every frame of an animation', { format: 'gif', frames: 10 }, 400_000],
    ['16 bit at twice as much', { format: 'png', depth: 16 }, 50_000],
    ['an AVIF at 20', { format: 'avif' }, 100_000],
  ];
  it.each(cases)('reckons %s', (_, facts, decodedBytes) => {
    expect(estimateDecodeBytes({ ...FACTS, ...facts })).toBe(1000 + decodedBytes);
  });

  it('adds the result at 8 bytes per pixel', () => {
    expect(estimateDecodeBytes(FACTS, { width: 10, height: 10 })).toBe(1000 + 5_000 + 800);
  });
});
