import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BLOCK, entry, GROUP, MIB, OTHER, put, text, useCachePlace } from '../../test/cache-place.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { ServiceError } from '../errors.ts';

const { groupFolder, openCache, usage } = useCachePlace();

describe('createVariantCache deleting groups', () => {
  it('removes every entry of the group, from memory and store, and its folder', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    for (const name of ['1', '2', '3']) await put(cache, GROUP, name, name);
    await put(cache, OTHER, '1', 'other');
    await cache.deleteGroup(GROUP);
    for (const name of ['1', '2', '3']) expect(await cache.get(GROUP, name)).toBeUndefined();
    expect(existsSync(groupFolder(GROUP))).toBe(false);
    expect(await text(cache, OTHER, '1')).toBe('other');
    expect(cache.status()).toMatchObject({ entries: 1, bytes: 2 * BLOCK });
  });

  it('voids older tickets, and no later ones', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    const before = cache.ticket(GROUP);
    await cache.deleteGroup(GROUP);
    const after = cache.ticket(GROUP);
    await cache.put(before, 'n', entry('stale'));
    expect(cache.peek(GROUP, 'n')).toBeUndefined();
    expect(await cache.get(GROUP, 'n')).toBeUndefined();
    await cache.put(after, 'n', entry('fresh'));
    expect(await text(cache, GROUP, 'n')).toBe('fresh');
  });

  it('removes entries that no scan has found yet', async () => {
    const first = await openCache();
    await put(first, GROUP, 'n', 'x');
    const cache = await openCache();
    await cache.deleteGroup(GROUP);
    expect(usage().files).toEqual([]);
    await put(cache, OTHER, 'n', 'x');
    expect(cache.status()).toMatchObject({ entries: 1, indexed: true });
  });

  it('law: whatever was put, read and evicted meanwhile, nothing is left when it resolves, nor comes back', async () => {
    for (let round = 0; round < 60; round += 1) {
      const cache = await openCache({ memoryBytes: round % 2 === 0 ? MIB : 0, maxBytes: 20 * BLOCK });
      const tickets = Array.from({ length: 8 }, () => cache.ticket(GROUP));
      const names = tickets.map((_, index) => `n${index}`);
      await put(cache, GROUP, 'n0', 'there before');
      const work: Promise<unknown>[] = [];
      for (const [index, ticket] of tickets.entries()) {
        work.push(cache.put(ticket, `n${index}`, entry(Buffer.alloc(9000))));
        work.push(cache.get(GROUP, `n${index % 3}`), put(cache, OTHER, `m${index}`, Buffer.alloc(9000)));
        // Some puts are past their rename, one is in its midst, others have not begun.
        if (index === round % 8) await work[index % work.length];
      }
      await cache.deleteGroup(GROUP);
      expect(existsSync(groupFolder(GROUP))).toBe(false);
      for (const ticket of tickets) work.push(cache.put(ticket, 'late', entry('late')));
      for (const name of names) expect(await cache.get(GROUP, name)).toBeUndefined();
      await Promise.all(work);
      expect(existsSync(groupFolder(GROUP))).toBe(false);
      for (const name of [...names, 'late']) expect(await cache.get(GROUP, name)).toBeUndefined();
    }
  });

  it('rejects where something cannot be removed', async () => {
    const wrap = (store: BlobStore): BlobStore => ({
      ...store,
      deleteAll: async () => {
        throw new ServiceError('storage_failed', 'read-only');
      },
    });
    const cache = await openCache({ wrap });
    await put(cache, GROUP, 'n', 'x');
    await expect(cache.deleteGroup(GROUP)).rejects.toMatchObject({ code: 'storage_failed' });
  });
});
