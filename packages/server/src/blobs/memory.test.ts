import { existsSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blobStoreConformance } from './blob-store.conformance.ts';
import { openMemoryStore } from './memory.ts';

blobStoreConformance('the memory store', async () => openMemoryStore());

describe('openMemoryStore', () => {
  it('refuses with disk_full what goes beyond its limit, and takes it once there is room', async () => {
    const store = openMemoryStore({ maxBytes: 100 });
    await store.put('a', { bytes: Buffer.alloc(60) });
    await expect(store.put('b', { bytes: Buffer.alloc(41) })).rejects.toMatchObject({ code: 'disk_full' });
    expect(await store.freeBytes()).toBe(40);
    await store.put('a', { bytes: Buffer.alloc(59) });
    await store.put('b', { bytes: Buffer.alloc(41) });
    await store.delete('a');
    expect(await store.freeBytes()).toBe(59);
    await store.deleteAll('c');
    await store.put('a/b', { bytes: Buffer.alloc(59) });
    await store.deleteAll('a');
    expect(await store.freeBytes()).toBe(59);
  });

  it('materializes into a file for this user alone, which goes on release', async () => {
    const store = openMemoryStore();
    await store.put('a', { bytes: Buffer.from('x') });
    const local = await store.materialize('a');
    const path = local?.path ?? '';
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(lstatSync(dirname(path)).mode & 0o777).toBe(0o700);
    await local?.release();
    expect(existsSync(path)).toBe(false);
    await store.close();
    expect(existsSync(dirname(path))).toBe(false);
  });
});
