import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BLOCK, GROUP, MIB, OTHER, put, text, useCachePlace } from '../../test/cache-place.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { openMemoryStore } from '../blobs/memory.ts';

const { openCache, pathOf, usage } = useCachePlace();

describe('createVariantCache', () => {
  it('gives back bytes and meta, from the store', async () => {
    const cache = await openCache();
    const bytes = randomBytes(50_000);
    await cache.put(cache.ticket(GROUP), 'n', {
      bytes,
      meta: { format: 'avif', width: 7, ok: true, no: null },
    });
    const found = await cache.get(GROUP, 'n');
    expect(found?.bytes.equals(bytes)).toBe(true);
    expect(found?.meta).toEqual({ format: 'avif', width: 7, ok: true, no: null });
    expect(await cache.has(GROUP, 'n')).toBe(true);
    expect(cache.peek(GROUP, 'n')).toBeUndefined();
    expect(existsSync(pathOf(GROUP, 'n'))).toBe(true);
  });

  it('misses what was never put, of another group or name', async () => {
    const cache = await openCache();
    await put(cache, GROUP, 'n', 'x');
    expect(await cache.get(GROUP, 'm')).toBeUndefined();
    expect(await cache.get(OTHER, 'n')).toBeUndefined();
    expect(await cache.has(OTHER, 'n')).toBe(false);
    expect(await cache.materialize(OTHER, 'n')).toBeUndefined();
    expect(cache.status()).toMatchObject({ entries: 1, hits: 0, misses: 2 });
  });

  it('answers from memory at once, before the store has it', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    const putting = put(cache, GROUP, 'n', 'x');
    expect(cache.peek(GROUP, 'n')?.bytes.toString()).toBe('x');
    await putting;
    expect(cache.status()).toMatchObject({ hits: 1, misses: 0 });
  });

  it('brings what it read from the store into memory', async () => {
    const first = await openCache();
    await put(first, GROUP, 'n', 'x');
    const cache = await openCache({ memoryBytes: MIB });
    expect(cache.peek(GROUP, 'n')).toBeUndefined();
    await cache.get(GROUP, 'n');
    expect(cache.peek(GROUP, 'n')?.bytes.toString()).toBe('x');
  });

  it('reads an entry once, however many ask at once', async () => {
    let gets = 0;
    const wrap = (store: BlobStore): BlobStore => ({
      ...store,
      get: (key) => {
        if (key.endsWith('/n')) gets += 1;
        return store.get(key);
      },
    });
    const cache = await openCache({ wrap });
    await put(cache, GROUP, 'n', 'x');
    const found = await Promise.all(Array.from({ length: 50 }, () => text(cache, GROUP, 'n')));
    expect(new Set(found)).toEqual(new Set(['x']));
    expect(gets).toBe(1);
  });

  it('replaces an entry, and counts it once', async () => {
    const cache = await openCache();
    await Promise.all([put(cache, GROUP, 'n', Buffer.alloc(90_000)), put(cache, GROUP, 'n', 'second')]);
    expect(await text(cache, GROUP, 'n')).toBe('second');
    expect(cache.status()).toMatchObject({ entries: 1, bytes: 2 * BLOCK });
  });

  it('drops one entry and leaves its neighbours', async () => {
    const cache = await openCache({ memoryBytes: MIB });
    await put(cache, GROUP, 'n', 'x');
    await put(cache, GROUP, 'm', 'y');
    await cache.drop(GROUP, 'n');
    expect(await cache.get(GROUP, 'n')).toBeUndefined();
    expect(await text(cache, GROUP, 'm')).toBe('y');
    expect(usage().files).toEqual([pathOf(GROUP, 'm')]);
  });

  it('works without a store, on its memory alone, or on nothing at all', async () => {
    const cache = await openCache({ blobs: undefined, memoryBytes: MIB });
    await put(cache, GROUP, 'n', 'x');
    expect(await text(cache, GROUP, 'n')).toBe('x');
    expect(await cache.materialize(GROUP, 'n')).toBeUndefined();
    await cache.deleteGroup(GROUP);
    expect(await cache.get(GROUP, 'n')).toBeUndefined();
    const none = await openCache({ blobs: undefined, memoryBytes: 0 });
    await put(none, GROUP, 'n', 'x');
    expect(await none.get(GROUP, 'n')).toBeUndefined();
    expect(none.status()).toMatchObject({ entries: 0, bytes: 0, memoryBytes: 0, indexed: true });
  });

  it('works on a memory store', async () => {
    const blobs = openMemoryStore();
    const cache = await openCache({ blobs, maxBytes: 10 * BLOCK });
    for (let index = 0; index < 20; index += 1) await put(cache, GROUP, `${index}`, `${index}`);
    expect(await text(cache, GROUP, '19')).toBe('19');
    expect(await cache.get(GROUP, '0')).toBeUndefined();
    const local = await cache.materialize(GROUP, '19');
    expect(local && readFileSync(local.path).subarray(local.offset).toString()).toBe('19');
    await local?.release();
    await blobs.close();
  });
});

describe('createVariantCache materialize', () => {
  const contents = (local: { path: string; offset: number; length: number } | undefined) =>
    local && readFileSync(local.path).subarray(local.offset, local.offset + local.length);

  it('gives the bytes as part of a local file', async () => {
    const cache = await openCache();
    const bytes = randomBytes(600_000);
    await put(cache, GROUP, 'n', bytes);
    const local = await cache.materialize(GROUP, 'n');
    expect(contents(local)?.equals(bytes)).toBe(true);
    await local?.release();
  });

  it('keeps the entry from being evicted until it is released', async () => {
    const cache = await openCache({ maxBytes: 4 * BLOCK });
    await put(cache, GROUP, 'n', 'pinned');
    const locals = [await cache.materialize(GROUP, 'n'), await cache.materialize(GROUP, 'n')];
    await locals[0]?.release();
    await locals[0]?.release();
    for (const name of ['1', '2', '3', '4']) await put(cache, GROUP, name, name);
    expect(contents(locals[1])?.toString()).toBe('pinned');
    await locals[1]?.release();
    for (const name of ['5', '6', '7']) await put(cache, GROUP, name, name);
    expect(await cache.get(GROUP, 'n')).toBeUndefined();
  });

  it('does not keep it from being deleted with its group', async () => {
    const cache = await openCache();
    await put(cache, GROUP, 'n', 'pinned');
    const local = await cache.materialize(GROUP, 'n');
    await cache.deleteGroup(GROUP);
    expect(usage().files).toEqual([]);
    await local?.release();
  });
});
