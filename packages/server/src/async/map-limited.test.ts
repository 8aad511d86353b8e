import { describe, expect, it } from 'vitest';
import { mapLimited } from './map-limited.ts';

describe('mapLimited', () => {
  it('gives the results in order, however the work ends', async () => {
    const ends = new Map<number, () => void>();
    const results = mapLimited([0, 1, 2, 3], 4, async (index) => {
      await new Promise<void>((resolve) => ends.set(index, resolve));
      return `result ${index}`;
    });
    for (const index of [2, 0, 3, 1]) ends.get(index)?.();
    expect(await results).toEqual(['result 0', 'result 1', 'result 2', 'result 3']);
  });

  it('works on no more than the limit at once', async () => {
    let running = 0;
    let most = 0;
    await mapLimited(Array.from({ length: 20 }), 3, async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });
    expect(most).toBe(3);
  });

  it('has no results of no items', async () => {
    expect(await mapLimited([], 3, async () => 1)).toEqual([]);
  });

  it('rejects as the work does', async () => {
    await expect(mapLimited([1, 2], 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
