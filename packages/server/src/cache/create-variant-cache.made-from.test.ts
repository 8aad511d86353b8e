import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entry, GROUP, MIB, OTHER, put, text, useCachePlace } from '../../test/cache-place.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { ServiceError } from '../errors.ts';
import { madeFromMark } from './made-from.ts';

const { openCache, pathOf } = useCachePlace();

const LOGO = 'ef'.padEnd(40, '0');
const SEAL = 'f0'.padEnd(40, '0');
const marked = (name: string, ...groups: string[]) => name + groups.map(madeFromMark).join('');

describe('createVariantCache deleting what is made from another group too', () => {
  it('removes it from memory and store, and nothing else', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    const names = [marked('a', LOGO), marked('b', SEAL, LOGO), marked('c', SEAL), 'd'];
    for (const group of [GROUP, OTHER]) for (const name of names) await put(cache, group, name, 'x');
    await cache.deleteMadeFrom(LOGO);
    for (const group of [GROUP, OTHER]) {
      const left = await Promise.all(names.map((name) => text(cache, group, name)));
      expect(left).toEqual([undefined, undefined, 'x', 'x']);
      expect(names.map((name) => cache.peek(group, name)?.bytes.toString())).toEqual(left);
      expect(names.map((name) => existsSync(pathOf(group, name)))).toEqual([false, false, true, true]);
    }
    expect(cache.status()).toMatchObject({ entries: 4 });
  });

  it('finds what was put before a restart, though the scan is still under way', async () => {
    const first = await openCache();
    for (let count = 0; count < 50; count += 1) await put(first, GROUP, marked(`${count}`, LOGO), 'x');
    await first.close();
    const cache = await openCache();
    await cache.deleteMadeFrom(LOGO);
    expect(cache.status()).toMatchObject({ entries: 0, bytes: 0 });
    expect(existsSync(pathOf(GROUP, marked('0', LOGO)))).toBe(false);
  });

  it('voids older tickets that name the group, and no others', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    const [before, unconcerned] = [cache.ticket(GROUP, [SEAL, LOGO]), cache.ticket(GROUP, [SEAL])];
    await cache.deleteMadeFrom(LOGO);
    await cache.put(before, marked('a', SEAL, LOGO), entry('stale'));
    await cache.put(unconcerned, marked('b', SEAL), entry('fresh'));
    expect(await text(cache, GROUP, marked('a', SEAL, LOGO))).toBeUndefined();
    expect(await text(cache, GROUP, marked('b', SEAL))).toBe('fresh');
  });

  it('law: whatever was put and read meanwhile, nothing is left when it resolves, nor comes back', async () => {
    for (let round = 0; round < 40; round += 1) {
      const cache = await openCache({ memoryBytes: round % 2 === 0 ? MIB : 0 });
      const names = Array.from({ length: 8 }, (_, index) => marked(`n${index}`, LOGO));
      const work: Promise<unknown>[] = [];
      for (const [index, name] of names.entries()) {
        const group = index % 2 === 0 ? GROUP : OTHER;
        work.push(
          cache.put(cache.ticket(group, [LOGO]), name, entry(Buffer.alloc(9000))),
          cache.get(group, name),
        );
        if (index === round % 8) await work[index % work.length];
      }
      await cache.deleteMadeFrom(LOGO);
      for (const group of [GROUP, OTHER]) {
        for (const name of names) {
          expect(existsSync(pathOf(group, name))).toBe(false);
          expect(await cache.get(group, name)).toBeUndefined();
        }
      }
      await Promise.all(work);
      expect(cache.status()).toMatchObject({ entries: 0 });
    }
  });

  it('takes it from the memory alone where there is no store', async () => {
    const cache = await openCache({ blobs: undefined, memoryBytes: MIB });
    await put(cache, GROUP, marked('a', LOGO), 'x');
    await put(cache, GROUP, 'b', 'x');
    await cache.deleteMadeFrom(LOGO);
    expect(cache.peek(GROUP, marked('a', LOGO))).toBeUndefined();
    expect(cache.peek(GROUP, 'b')).toBeDefined();
  });

  it('rejects where something cannot be removed', async () => {
    const wrap = (store: BlobStore): BlobStore => ({
      ...store,
      delete: async () => {
        throw new ServiceError('storage_failed', 'read-only');
      },
    });
    const cache = await openCache({ wrap });
    await put(cache, GROUP, marked('a', LOGO), 'x');
    await expect(cache.deleteMadeFrom(LOGO)).rejects.toMatchObject({ code: 'storage_failed' });
  });
});
