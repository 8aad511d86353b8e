import { LRUCache } from 'lru-cache';
import { prefixOfKey } from './entry-key.ts';
import { createMarkedKeys } from './made-from.ts';
import type { CacheEntry } from './variant-cache.ts';

/** The entries that are in memory, those used least recently going first. */
export interface MemoryFront {
  get(key: string): CacheEntry | undefined;
  has(key: string): boolean;
  /** Keeps the entry, unless it is too large: one must not push out all the others. */
  set(key: string, entry: CacheEntry): void;
  delete(key: string): void;
  /** Deletes all entries of a group, by the prefix of their keys. */
  deleteGroup(prefix: string): void;
  /** Deletes all entries whose keys have the mark. */
  deleteWith(mark: string): void;
  entries(): number;
  bytes(): number;
}

/** About what an entry takes besides its body: key, meta, the lists it is in. */
const ENTRY_OVERHEAD_BYTES = 500;

/** Creates the memory in front; with `maxBytes` 0 it keeps nothing. An entry above an eighth of it is not kept. */
export function createMemoryFront(maxBytes: number): MemoryFront {
  const maxEntrySize = Math.floor(maxBytes / 8);
  if (maxEntrySize === 0) return EMPTY_FRONT;
  const groups = new Map<string, Set<string>>();
  const marked = createMarkedKeys();
  const forget = (key: string): void => {
    marked.remove(key);
    const prefix = prefixOfKey(key);
    const keys = groups.get(prefix);
    keys?.delete(key);
    if (keys?.size === 0) groups.delete(prefix);
  };
  const entries = new LRUCache<string, CacheEntry>({
    maxSize: maxBytes,
    maxEntrySize,
    sizeCalculation: ({ bytes }) => bytes.byteLength + ENTRY_OVERHEAD_BYTES,
    dispose: (_entry, key, reason) => {
      if (reason !== 'set') forget(key);
    },
  });
  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    set(key, entry) {
      entries.set(key, entry);
      if (!entries.has(key)) return;
      marked.add(key);
      const prefix = prefixOfKey(key);
      const keys = groups.get(prefix);
      if (keys === undefined) groups.set(prefix, new Set([key]));
      else keys.add(key);
    },
    delete: (key) => void entries.delete(key),
    deleteGroup(prefix) {
      for (const key of [...(groups.get(prefix) ?? [])]) entries.delete(key);
    },
    deleteWith(mark) {
      for (const key of marked.with(mark)) entries.delete(key);
    },
    entries: () => entries.size,
    bytes: () => entries.calculatedSize,
  };
}

const EMPTY_FRONT: MemoryFront = {
  get: () => undefined,
  has: () => false,
  set: () => undefined,
  delete: () => undefined,
  deleteGroup: () => undefined,
  deleteWith: () => undefined,
  entries: () => 0,
  bytes: () => 0,
};
