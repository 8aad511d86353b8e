import { describe, expect, it } from 'vitest';
import { readVariantEntry } from './variant-entry.ts';

const bytes = Buffer.from('bytes');

describe('readVariantEntry', () => {
  it('reads the format, and the sizes where they were kept', () => {
    expect(readVariantEntry({ bytes, meta: { format: 'webp' } })).toEqual({
      bytes,
      format: 'webp',
      sizes: undefined,
    });
    expect(readVariantEntry({ bytes, meta: { format: 'png', sizes: '300x200 10x7' } })).toEqual({
      bytes,
      format: 'png',
      sizes: [
        { width: 300, height: 200 },
        { width: 10, height: 7 },
      ],
    });
  });

  it('finds no variant in what another version left there', () => {
    expect(readVariantEntry({ bytes, meta: { format: 'jpeg2000' } })).toBeUndefined();
    expect(readVariantEntry({ bytes, meta: {} })).toBeUndefined();
  });
});
