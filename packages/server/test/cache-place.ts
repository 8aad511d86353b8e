import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { BlobStore } from '../src/blobs/blob-store.ts';
import { openDiskStore } from '../src/blobs/disk.ts';
import { createVariantCache, type VariantCacheOptions } from '../src/cache/create-variant-cache.ts';
import type { VariantCache } from '../src/cache/variant-cache.ts';

export const MIB = 1024 * 1024;
/** What the cache counts in. */
export const BLOCK = 4096;
export const GROUP = 'ab'.padEnd(40, '0');
export const OTHER = 'cd'.padEnd(40, '0');

export type CacheOptions = Partial<VariantCacheOptions> & {
  /** Puts something between the cache and its store. */
  readonly wrap?: (store: BlobStore) => BlobStore;
};

/** Gives each test of the file a new folder for caches on the disk, and closes and removes all after it. */
export function useCachePlace() {
  let place = '';
  const open: VariantCache[] = [];
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'variant-cache-'));
  });
  afterEach(async () => {
    for (const cache of open.splice(0)) await cache.close();
    rmSync(place, { recursive: true, force: true });
  });
  return {
    pathIn: (...names: string[]) => join(place, ...names),
    pathOf: (group: string, name: string) => join(place, group.slice(0, 2), group.slice(2), name),
    groupFolder: (group: string) => join(place, group.slice(0, 2), group.slice(2)),
    usage: () => usage(place),
    /** A cache without memory in front unless asked for: what comes back comes from the store. */
    async openCache({ wrap, ...options }: CacheOptions = {}): Promise<VariantCache> {
      const store = await openDiskStore({ directory: place, durable: false });
      const defaults = { blobs: wrap?.(store) ?? store, maxBytes: MIB, memoryBytes: 0, minFreeBytes: 0 };
      const cache = createVariantCache({ ...defaults, ...options });
      open.push(cache);
      return cache;
    },
  };
}

/** An entry of these bytes. */
export function entry(bytes: string | Buffer) {
  return { bytes: Buffer.from(bytes), meta: { format: 'webp' } };
}

/** Puts an entry with a ticket of now. */
export async function put(cache: VariantCache, group: string, name: string, bytes: string | Buffer) {
  await cache.put(cache.ticket(group), name, entry(bytes));
}

/** The bytes of an entry as text. */
export async function text(cache: VariantCache, group: string, name: string) {
  return (await cache.get(group, name))?.bytes.toString();
}

/** The files below a folder, and all that `du --apparent-size` would count. */
function usage(folder: string): { files: string[]; bytes: number } {
  const files: string[] = [];
  let bytes = lstatSync(folder).size;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    // What a closed cache leaves word in.
    if (name === 'usage') continue;
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
