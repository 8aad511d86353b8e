import { existsSync, lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK, GROUP, OTHER, put, text, useCachePlace } from '../../test/cache-place.ts';
import type { BlobStore } from '../blobs/blob-store.ts';

const { groupFolder, openCache, pathIn, pathOf, usage } = useCachePlace();

describe('createVariantCache within its budget', () => {
  it('evicts what was used least recently, before it writes', async () => {
    // Five entries of one block, their folder, and the folder that each put reserves.
    const cache = await openCache({ maxBytes: 7 * BLOCK });
    for (const name of ['1', '2', '3', '4', '5']) await put(cache, GROUP, name, name);
    await cache.get(GROUP, '1');
    await put(cache, GROUP, '6', '6');
    const left = readdirSync(groupFolder(GROUP)).sort();
    expect(left).toEqual(['1', '3', '4', '5', '6']);
    expect(cache.status()).toMatchObject({ entries: 5, evictions: 1, bytes: 6 * BLOCK });
  });

  it('holds under concurrent puts, at every moment, as du sees it', async () => {
    const maxBytes = 400_000;
    let most = 0;
    const wrap = (store: BlobStore): BlobStore => ({
      ...store,
      async put(key, content) {
        await store.put(key, content);
        most = Math.max(most, usage().bytes);
      },
    });
    const cache = await openCache({ maxBytes, wrap });
    const groups = Array.from({ length: 12 }, (_, index) => `a${index % 3}`.padEnd(40, index.toString(16)));
    await Promise.all(
      Array.from({ length: 600 }, (_, index) =>
        put(cache, groups[index % 12] ?? GROUP, `n${index}`, Buffer.alloc((index * 977) % 20_000)),
      ),
    );
    expect(most).toBeLessThan(maxBytes * 1.05);
    expect(cache.status().bytes).toBeLessThanOrEqual(maxBytes);
    expect(cache.status().bytes).toBeGreaterThan(maxBytes / 2);
    await expect.poll(() => usage().files.length).toBe(cache.status().entries);
  });

  it('bounds the number of entries as well', async () => {
    const cache = await openCache({ maxEntries: 3 });
    for (const name of ['1', '2', '3', '4', '5']) await put(cache, GROUP, name, name);
    expect(readdirSync(groupFolder(GROUP)).sort()).toEqual(['3', '4', '5']);
  });

  it('does not store what is larger than the budget, and drops what that would have replaced', async () => {
    const cache = await openCache({ maxBytes: 10 * BLOCK });
    await put(cache, GROUP, 'n', 'x');
    await put(cache, GROUP, 'm', 'y');
    await put(cache, GROUP, 'n', Buffer.alloc(10 * BLOCK));
    expect(await cache.get(GROUP, 'n')).toBeUndefined();
    expect(await text(cache, GROUP, 'm')).toBe('y');
    expect(usage().files).toHaveLength(1);
  });

  it('law: after each step it holds what a naive cache would hold', async () => {
    const maxBytes = 12 * BLOCK;
    const groups = [GROUP, OTHER];
    const step = fc.record({
      do: fc.constantFrom('put', 'put', 'put', 'put', 'get', 'get', 'drop', 'deleteGroup', 'reopen'),
      group: fc.constantFrom(...groups),
      name: fc.constantFrom('1', '2', '3', '4', '5', '6'),
      blocks: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        let cache = await openCache({ maxBytes });
        for (const group of groups) await cache.deleteGroup(group);
        let clockMs = Date.now() - 100_000;
        let model: { group: string; name: string; blocks: number }[] = [];
        const cost = () =>
          BLOCK *
          (model.reduce((sum, { blocks }) => sum + blocks, 0) + new Set(model.map((at) => at.group)).size);
        for (const { do: what, group, name, blocks } of steps) {
          const is = (at: { group: string; name: string }) => at.group === group && at.name === name;
          const held = model.find(is);
          if (what === 'put') {
            await put(cache, group, name, Buffer.alloc(blocks * BLOCK - 100));
            // The predecessor counts until the new one is there, and cannot be evicted for it.
            while (cost() + (blocks + 1) * BLOCK > maxBytes) {
              const victim = model.findIndex((at) => !is(at));
              if (victim < 0) break;
              model.splice(victim, 1);
            }
            const fits = cost() + (blocks + 1) * BLOCK <= maxBytes;
            model = model.filter((at) => !is(at));
            if (fits) model.push({ group, name, blocks });
          } else if (what === 'get') {
            expect((await cache.get(group, name))?.bytes.byteLength).toBe(held && held.blocks * BLOCK - 100);
            if (held) model = [...model.filter((at) => !is(at)), held];
          } else if (what === 'drop') {
            await cache.drop(group, name);
            model = model.filter((at) => !is(at));
          } else if (what === 'deleteGroup') {
            await cache.deleteGroup(group);
            model = model.filter((at) => at.group !== group);
          } else {
            // As after a kill: the order survives in the times of the files, which are coarse, so set apart here.
            await cache.close();
            for (const at of model) {
              clockMs += 1000;
              utimesSync(pathOf(at.group, at.name), clockMs / 1000, clockMs / 1000);
            }
            cache = await openCache({ maxBytes });
          }
          const expected = model.map((at) => pathOf(at.group, at.name)).sort();
          // The last of several evictions may end after the put: it counts until then, and there is room for both.
          await expect.poll(() => usage().files.sort()).toEqual(expected);
          expect(cost()).toBeLessThanOrEqual(maxBytes);
        }
        await expect
          .poll(() => cache.status())
          .toMatchObject({ indexed: true, bytes: cost(), entries: model.length });
      }),
      { numRuns: 40 },
    );
  });
});

describe('createVariantCache after a restart', () => {
  it('serves at once, and indexes what is there in the order of its last use', async () => {
    const first = await openCache();
    for (const name of ['1', '2', '3']) await put(first, GROUP, name, name);
    for (const [at, name] of ['2', '3', '1'].entries()) utimesSync(pathOf(GROUP, name), 1000 + at, 1000 + at);
    const cache = await openCache({ maxBytes: 5 * BLOCK });
    expect(await text(cache, GROUP, '3')).toBe('3');
    await put(cache, GROUP, '4', '4');
    expect(readdirSync(groupFolder(GROUP)).sort()).toEqual(['1', '3', '4']);
    expect(cache.status()).toMatchObject({ indexed: true, entries: 3, bytes: 4 * BLOCK });
  });

  it('shrinks to a budget that has become smaller', async () => {
    const first = await openCache();
    for (let index = 0; index < 60; index += 1) await put(first, GROUP, `${index}`, Buffer.alloc(9000));
    const cache = await openCache({ maxBytes: 100_000 });
    await expect.poll(() => usage().bytes).toBeLessThan(100_000);
    expect(await text(cache, GROUP, '0')).toBeUndefined();
    expect((await cache.get(GROUP, '59'))?.bytes.byteLength).toBe(9000);
  });

  /** A scan that finds 5,000 entries, stands still until it is let go on, and then finds what is there. */
  function standingScan() {
    let goOn: () => void = () => undefined;
    const standing = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const wrap = (store: BlobStore): BlobStore => ({
      ...store,
      async *list(prefix) {
        for (let index = 0; index < 5000; index += 1) {
          yield { key: `ff/0/${index}`, bytes: 1, modifiedMs: index };
        }
        await standing;
        yield* store.list(prefix);
      },
    });
    return { goOn, wrap };
  }

  it('keeps to the budget while the scan is still under way', async () => {
    await put(await openCache(), GROUP, 'old', 'x');
    const { goOn, wrap } = standingScan();
    const cache = await openCache({ maxBytes: 5008 * BLOCK, wrap });
    try {
      await put(cache, OTHER, 'new', 'x');
      expect(cache.status().indexed).toBe(false);
      expect(await text(cache, GROUP, 'old')).toBe('x');
      // Not a byte more than what was found is taken for free: two of those gave way to the entry and its folder.
      expect(cache.status()).toMatchObject({ evictions: 2 });
    } finally {
      goOn();
    }
  });

  it('need not evict while the scan is under way where the last process left word of how much there is', async () => {
    const first = await openCache();
    await put(first, GROUP, 'old', 'x');
    await first.close();
    const { goOn, wrap } = standingScan();
    const cache = await openCache({ maxBytes: 5008 * BLOCK, wrap });
    try {
      await put(cache, OTHER, 'new', 'x');
      expect(cache.status()).toMatchObject({ evictions: 0, indexed: false });
      // It holds once: who ends without a word leaves none.
      expect(existsSync(pathIn('usage'))).toBe(false);
    } finally {
      goOn();
    }
  });

  it('passes over foreign files, and touches none of them', async () => {
    mkdirSync(pathIn('ab'));
    writeFileSync(pathIn('README'), 'x');
    writeFileSync(pathIn('ab', 'note'), Buffer.alloc(100_000));
    const cache = await openCache({ maxBytes: 4 * BLOCK });
    for (const name of ['1', '2', '3', '4']) await put(cache, GROUP, name, name);
    await cache.deleteGroup(GROUP);
    expect(usage().files.sort()).toEqual([pathIn('README'), pathIn('ab', 'note')]);
  });

  it('marks hits in the store, so that they count after the next restart', async () => {
    const first = await openCache();
    await put(first, GROUP, 'n', 'x');
    utimesSync(pathOf(GROUP, 'n'), 1000, 1000);
    const cache = await openCache();
    await cache.get(GROUP, 'n');
    await cache.get(GROUP, 'n');
    await expect.poll(() => lstatSync(pathOf(GROUP, 'n')).mtimeMs).toBeGreaterThan(2_000_000);
  });
});
