import { lstatSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BLOCK, GROUP, MIB, OTHER, put, text, useCachePlace } from '../../test/cache-place.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { ServiceError } from '../errors.ts';

const { openCache, pathOf, usage } = useCachePlace();

describe('createVariantCache with damaged entries', () => {
  const damages: [string, (path: string) => void][] = [
    ['a flipped byte', (path) => flip(path, lstatSync(path).size - 5)],
    ['a flipped byte in the header', (path) => flip(path, 9)],
    ['a cut end', (path) => truncateSync(path, 100)],
    ['nothing in it', (path) => truncateSync(path, 0)],
    ['zeros in it', (path) => writeFileSync(path, Buffer.alloc(lstatSync(path).size))],
    ['a folder in its place', (path) => [rmSync(path), mkdirSync(path)]],
    [
      'a full folder in its place',
      (path) => [rmSync(path), mkdirSync(path), writeFileSync(join(path, 'x'), 'x')],
    ],
    ['nothing in its place', (path) => rmSync(path)],
  ];

  it.each(damages)('drops each with %s, misses, says so, and stores it anew', async (_, damage) => {
    const lines: string[] = [];
    const cache = await openCache({ log: { warn: (_details, message) => lines.push(message) } });
    const names = ['1', '2', '3', '4'];
    for (const name of names) await put(cache, GROUP, name, `bytes of ${name}`.padEnd(3000, '.'));
    for (const name of names) damage(pathOf(GROUP, name));
    for (const name of ['1', '2']) expect(await cache.get(GROUP, name)).toBeUndefined();
    for (const name of ['3', '4']) expect(await cache.materialize(GROUP, name)).toBeUndefined();
    expect(usage().files).toEqual([]);
    expect(cache.status()).toMatchObject({ entries: 0, bytes: 0 });
    expect(lines).toEqual(['dropping a damaged cache entry']);
    for (const name of names) await put(cache, GROUP, name, `new ${name}`);
    for (const name of names) expect(await text(cache, GROUP, name)).toBe(`new ${name}`);
  });

  it.each(damages)('does the same with %s after a restart', async (_, damage) => {
    const first = await openCache();
    await put(first, GROUP, 'n', 'x'.repeat(3000));
    damage(pathOf(GROUP, 'n'));
    const cache = await openCache();
    expect(await cache.get(GROUP, 'n')).toBeUndefined();
    await put(cache, GROUP, 'n', 'new');
    expect(await text(cache, GROUP, 'n')).toBe('new');
  });

  it('does not drop what has been put anew since the damage was seen', async () => {
    const cache = await openCache();
    await put(cache, GROUP, 'n', 'x');
    flip(pathOf(GROUP, 'n'), 20);
    const [lookedUp] = await Promise.all([cache.get(GROUP, 'n'), put(cache, GROUP, 'n', 'new')]);
    expect(lookedUp === undefined || lookedUp.bytes.toString() === 'new').toBe(true);
    expect(await text(cache, GROUP, 'n')).toBe('new');
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('createVariantCache on a store that fails', () => {
  const failures = [
    new ServiceError('storage_failed', 'broken'),
    new ServiceError('disk_full', 'full'),
    new Error('torn'),
  ];

  /** Fails the calls that `fails` picks, by their number. */
  function failing(store: BlobStore, fails: (call: number) => Error | undefined): BlobStore {
    let calls = 0;
    const guard = <Arguments extends unknown[], Result>(method: (...given: Arguments) => Promise<Result>) => {
      return async (...given: Arguments): Promise<Result> => {
        const error = fails(calls);
        calls += 1;
        if (error !== undefined) throw error;
        return await method(...given);
      };
    };
    return {
      ...store,
      get: guard(store.get),
      stat: guard(store.stat),
      materialize: guard(store.materialize),
      put: guard(store.put),
      delete: guard(store.delete),
      touch: guard(store.touch),
      freeBytes: guard(store.freeBytes),
    };
  }

  it('law: failing the n-th call, for each n, fails no request and never gives wrong bytes', async () => {
    for (const error of failures) {
      for (let broken = 0; broken < 40; broken += 1) {
        const wrap = (store: BlobStore) => failing(store, (call) => (call === broken ? error : undefined));
        const cache = await openCache({ wrap, maxBytes: 5 * BLOCK, minFreeBytes: 1 });
        for (const name of ['1', '2', '3', '4', '1']) {
          await put(cache, GROUP, name, `bytes of ${name}`);
          expect([undefined, `bytes of ${name}`]).toContain(await text(cache, GROUP, name));
          await cache.has(GROUP, name);
          await (await cache.materialize(GROUP, name))?.release();
        }
        await cache.drop(GROUP, '1');
        await cache.close();
        expect(usage().bytes).toBeLessThan(12 * BLOCK + 3 * BLOCK);
        const later = await openCache();
        await later.deleteGroup(GROUP);
      }
    }
  });

  it('serves and forgets in memory alone while every call fails, and logs it once', async () => {
    const lines: string[] = [];
    const log = { warn: (_details: object, message: string) => lines.push(message) };
    const wrap = (store: BlobStore) => failing(store, () => failures[0]);
    const cache = await openCache({ wrap, memoryBytes: MIB, log });
    for (let index = 0; index < 20; index += 1) await put(cache, GROUP, `${index}`, `${index}`);
    expect(await text(cache, GROUP, '7')).toBe('7');
    expect(await cache.get(OTHER, '1')).toBeUndefined();
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines).toContain('cannot write a cache entry');
  });

  it('makes room on a full disk and stores all the same', async () => {
    const wrap = (store: BlobStore): BlobStore => {
      const kept = new Set<string>();
      return {
        ...store,
        async put(key, content) {
          if (kept.size >= 5) throw new ServiceError('disk_full', 'no space is left');
          await store.put(key, content);
          kept.add(key);
        },
        delete: (key) => {
          kept.delete(key);
          return store.delete(key);
        },
      };
    };
    const cache = await openCache({ wrap });
    for (let index = 0; index < 12; index += 1) await put(cache, GROUP, `${index}`, `${index}`);
    expect(await text(cache, GROUP, '11')).toBe('11');
    expect(await cache.get(GROUP, '0')).toBeUndefined();
    expect(cache.status().entries).toBeLessThanOrEqual(5);
  });

  it('leaves free what it must: evicts, and where that does not help stores no more', async () => {
    let foreign = 0;
    const wrap = (store: BlobStore): BlobStore => ({
      ...store,
      freeBytes: async () => 100 * BLOCK - foreign - usage().files.length * BLOCK,
    });
    const cache = await openCache({ wrap, minFreeBytes: 80 * BLOCK });
    for (let index = 0; index < 30; index += 1) await put(cache, GROUP, `${index}`, `${index}`);
    expect(await text(cache, GROUP, '29')).toBe('29');
    expect(cache.status().evictions).toBeGreaterThanOrEqual(10);
    expect(cache.status().entries).toBeGreaterThan(5);
    foreign = 50 * BLOCK;
    const full = await openCache({ wrap, minFreeBytes: 80 * BLOCK });
    await put(full, OTHER, 'n', 'x');
    expect(await full.get(OTHER, 'n')).toBeUndefined();
    foreign = 0;
    const freed = await openCache({ wrap, minFreeBytes: 80 * BLOCK });
    await put(freed, OTHER, 'n', 'x');
    expect(await text(freed, OTHER, 'n')).toBe('x');
  });

  it('indexes again later where the store cannot be listed, and keeps on serving', async () => {
    const wrap = (store: BlobStore): BlobStore => ({
      ...store,
      list: () => {
        throw new ServiceError('storage_failed', 'cannot list');
      },
    });
    const first = await openCache();
    await put(first, GROUP, 'n', 'x');
    const cache = await openCache({ wrap });
    expect(await text(cache, GROUP, 'n')).toBe('x');
    await put(cache, OTHER, 'n', 'x');
    expect(cache.status().indexed).toBe(false);
  });
});
