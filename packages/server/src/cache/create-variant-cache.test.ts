import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '../blobs/blob-store.ts';
import { openDiskStore } from '../blobs/disk.ts';
import { openMemoryStore } from '../blobs/memory.ts';
import { ServiceError } from '../errors.ts';
import { createVariantCache, type VariantCacheOptions } from './create-variant-cache.ts';
import type { VariantCache } from './variant-cache.ts';

const MIB = 1024 * 1024;
const BLOCK = 4096;
const GROUP = 'ab'.padEnd(40, '0');
const OTHER = 'cd'.padEnd(40, '0');

let place: string;
const open: VariantCache[] = [];
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'variant-cache-'));
});
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
  rmSync(place, { recursive: true, force: true });
});

type Options = Partial<VariantCacheOptions> & { wrap?: (store: BlobStore) => BlobStore };

/** A cache on the disk, without memory in front unless asked for: what comes back comes from the store. */
async function openCache({ wrap, ...options }: Options = {}): Promise<VariantCache> {
  const store = await openDiskStore({ directory: place, durable: false });
  const defaults = { blobs: wrap?.(store) ?? store, maxBytes: MIB, memoryBytes: 0, minFreeBytes: 0 };
  const cache = createVariantCache({ ...defaults, ...options });
  open.push(cache);
  return cache;
}

const entry = (text: string | Buffer) => ({ bytes: Buffer.from(text), meta: { format: 'webp' } });
const put = (cache: VariantCache, group: string, name: string, bytes: string | Buffer) =>
  cache.put(cache.ticket(group), name, entry(bytes));
const text = async (cache: VariantCache, group: string, name: string) =>
  (await cache.get(group, name))?.bytes.toString();
const pathOf = (group: string, name: string) => join(place, group.slice(0, 2), group.slice(2), name);
const groupFolder = (group: string) => join(place, group.slice(0, 2), group.slice(2));

/** Files below the folder, and all that `du --apparent-size` would count. */
function usage(folder: string): { files: string[]; bytes: number } {
  const files: string[] = [];
  let bytes = lstatSync(folder).size;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    // What a closed cache leaves word in.
    if (path === join(place, 'usage')) continue;
    if (lstatSync(path).isDirectory()) {
      const below = usage(path);
      files.push(...below.files);
      bytes += below.bytes;
    } else {
      files.push(path);
      bytes += lstatSync(path).size;
    }
  }
  return { files, bytes };
}

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
    expect(usage(place).files).toEqual([pathOf(GROUP, 'm')]);
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
    const cache = await openCache({ blobs: openMemoryStore(), maxBytes: 10 * BLOCK });
    for (let index = 0; index < 20; index += 1) await put(cache, GROUP, `${index}`, `${index}`);
    expect(await text(cache, GROUP, '19')).toBe('19');
    expect(await cache.get(GROUP, '0')).toBeUndefined();
    const local = await cache.materialize(GROUP, '19');
    expect(local && readFileSync(local.path).subarray(local.offset).toString()).toBe('19');
    await local?.release();
  });
});

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
        most = Math.max(most, usage(place).bytes);
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
    await expect.poll(() => usage(place).files.length).toBe(cache.status().entries);
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
    expect(usage(place).files).toHaveLength(1);
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
          await expect.poll(() => usage(place).files.sort()).toEqual(expected);
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
    await expect.poll(() => usage(place).bytes).toBeLessThan(100_000);
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
      expect(existsSync(join(place, 'usage'))).toBe(false);
    } finally {
      goOn();
    }
  });

  it('passes over foreign files, and touches none of them', async () => {
    mkdirSync(join(place, 'ab'));
    writeFileSync(join(place, 'README'), 'x');
    writeFileSync(join(place, 'ab', 'note'), Buffer.alloc(100_000));
    const cache = await openCache({ maxBytes: 4 * BLOCK });
    for (const name of ['1', '2', '3', '4']) await put(cache, GROUP, name, name);
    await cache.deleteGroup(GROUP);
    expect(usage(place).files.sort()).toEqual([join(place, 'README'), join(place, 'ab', 'note')]);
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
    expect(usage(place).files).toEqual([]);
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
    expect(usage(place).files).toEqual([]);
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
    expect(usage(place).files).toEqual([]);
    await local?.release();
  });
});

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
        expect(usage(place).bytes).toBeLessThan(12 * BLOCK + 3 * BLOCK);
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
      freeBytes: async () => 100 * BLOCK - foreign - usage(place).files.length * BLOCK,
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
