import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GROUP, MIB, OTHER, put, text, useCachePlace } from '../../test/cache-place.ts';
import type { VariantCache } from './variant-cache.ts';

const { openCache, pathOf } = useCachePlace();

const putInNoHurry = (cache: VariantCache, group: string, name: string, body: string) =>
  cache.put(cache.ticket(group), name, { bytes: Buffer.from(body), meta: {} }, { inNoHurry: true });

describe('what is in no hurry', () => {
  it('is in memory at once, and in the store when the promise resolves', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    const writing = Promise.all([
      putInNoHurry(cache, GROUP, 'n', 'x'),
      putInNoHurry(cache, GROUP, 'm', 'y'),
      putInNoHurry(cache, OTHER, 'n', 'z'),
    ]);
    expect(cache.peek(GROUP, 'm')?.bytes.toString()).toBe('y');
    expect(existsSync(pathOf(GROUP, 'n'))).toBe(false);
    await writing;
    const later = await openCache();
    expect([
      await text(later, GROUP, 'n'),
      await text(later, GROUP, 'm'),
      await text(later, OTHER, 'n'),
    ]).toEqual(['x', 'y', 'z']);
  });

  it('does not make others wait', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    const startedMs = performance.now();
    for (let count = 0; count < 20; count += 1) await put(cache, GROUP, `n${count}`, 'x');
    // 20 times the 100 ms of a gathering.
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  it('is written before what comes after it', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    const first = putInNoHurry(cache, GROUP, 'n', 'first');
    await put(cache, GROUP, 'n', 'second');
    await first;
    expect(await text(await openCache(), GROUP, 'n')).toBe('second');
  });

  it.each([
    ['the entry is dropped', (cache: VariantCache) => cache.drop(GROUP, 'n')],
    ['the group is deleted', (cache: VariantCache) => cache.deleteGroup(GROUP)],
  ])('leaves nothing where %s before it is written', async (_, remove) => {
    const cache = await openCache({ memoryBytes: MIB });
    const writing = putInNoHurry(cache, GROUP, 'n', 'x');
    await remove(cache);
    await writing;
    expect(await text(cache, GROUP, 'n')).toBeUndefined();
    expect(existsSync(pathOf(GROUP, 'n'))).toBe(false);
  });

  it('is written when the cache is closed', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    void putInNoHurry(cache, GROUP, 'n', 'x');
    await cache.close();
    expect(existsSync(pathOf(GROUP, 'n'))).toBe(true);
  });
});
