import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchQuality } from './search-quality.ts';

function search(threshold: number, prefer: 'lowest' | 'highest', tries = 7, first = 50) {
  const tried: number[] = [];
  const isGood = (value: number) => (prefer === 'lowest' ? value >= threshold : value <= threshold);
  const make = async (quality: number) => {
    tried.push(quality);
    return quality;
  };
  return searchQuality({ low: 1, high: 100, first, tries, prefer, make, isGood }).then((found) => ({
    ...found,
    tried,
  }));
}

describe('searchQuality', () => {
  it('law: finds the very best of 100 with 7 tries', async () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom('lowest', 'highest'));
    await fc.assert(
      fc.asyncProperty(cases, async ([threshold, prefer]) => {
        const found = await search(threshold, prefer);
        expect(found).toMatchObject({ quality: threshold, made: threshold, isGood: true });
        expect(found.tried.length).toBeLessThanOrEqual(7);
        expect(new Set(found.tried).size).toBe(found.tried.length);
      }),
    );
  });

  it('gives the best that it has come to where it runs out of tries', async () => {
    expect(await search(33, 'lowest', 3, 80)).toMatchObject({
      quality: 40,
      isGood: true,
      tried: [80, 40, 20],
    });
    expect(await search(33, 'highest', 3, 80)).toMatchObject({ quality: 20, isGood: true });
  });

  it('says where nothing is good', async () => {
    expect(await search(0, 'highest')).toMatchObject({ quality: 1, isGood: false });
    expect(await search(101, 'lowest')).toMatchObject({ quality: 100, isGood: false });
  });
});
