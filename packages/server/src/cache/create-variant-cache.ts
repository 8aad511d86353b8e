import type { BlobStore } from '../blobs/blob-store.ts';
import { encodeEntry } from './entry-file.ts';
import { entryKey, groupOfKey, groupPrefix } from './entry-key.ts';
import { createEntryLookups, type EntryLookups } from './entry-lookups.ts';
import { createGroupGenerations, type GroupGenerations } from './group-generations.ts';
import { createGroupTurns, type GroupTurns } from './group-turns.ts';
import { madeFromMark } from './made-from.ts';
import { createMemoryFront, type MemoryFront } from './memory-front.ts';
import { type CacheLog, createRareLog } from './rare-log.ts';
import { createStoredEntries, type StoredEntries } from './stored-entries.ts';
import type { VariantCache } from './variant-cache.ts';
import { createWriteBehind, type WriteBehind } from './write-behind.ts';

export interface VariantCacheOptions {
  /** Where the entries lie; its owner closes it. Undefined: nothing is kept but what fits into the memory in front. */
  readonly blobs: BlobStore | undefined;
  /** Budget of the store. Entries count as whole blocks of 4 KiB, and each group as one block more. */
  readonly maxBytes: number;
  /** Budget of the memory in front; 0 for none. An entry above an eighth of it is not kept there. */
  readonly memoryBytes: number;
  /** Bytes to leave free where the store is, whoever fills it; 0 for no floor. */
  readonly minFreeBytes: number;
  /** @default 1,000,000: the index takes about 200 bytes of memory for each. */
  readonly maxEntries?: number;
  readonly log?: CacheLog;
}

/**
 * Creates the cache. Whatever changes a group takes its turn behind what changed it before, so that a put cannot
 * overtake a deletion; look-ups wait for nobody. `deleteGroup` and `deleteMadeFrom` alone reject, with `storage_failed`.
 */
export function createVariantCache(options: VariantCacheOptions): VariantCache {
  const { blobs, maxBytes, minFreeBytes, maxEntries = 1_000_000 } = options;
  const log = createRareLog(options.log);
  const limits = { maxBytes, minFreeBytes, maxEntries };
  const stored = blobs && createStoredEntries({ blobs, limits, log });
  const memory = createMemoryFront(options.memoryBytes);
  const generations = createGroupGenerations();
  const turns = createGroupTurns();
  const lookups = createEntryLookups({ memory, stored, turns });
  const writeBehind = stored && createWriteBehind({ stored, turns, log, onSettled: lookups.forget });
  const parts = { stored, writeBehind, memory, generations, turns, lookups };

  return {
    peek: lookups.peek,
    get: lookups.get,
    has: lookups.has,
    lacks(group, name) {
      const key = entryKey(group, name);
      return !memory.has(key) && (stored === undefined || stored.lacks(key));
    },
    materialize: lookups.materialize,
    ticket: generations.ticket,
    put: createPut(parts),
    ...createRemovals(parts),
    status: () => ({
      ...(stored?.status() ?? { entries: memory.entries(), bytes: 0, evictions: 0, indexed: true }),
      ...lookups.counts(),
      memoryBytes: memory.bytes(),
    }),
    async close() {
      writeBehind?.flush();
      await turns.ended();
      await stored?.close();
    },
  };
}

interface CacheParts {
  readonly stored: StoredEntries | undefined;
  readonly writeBehind: WriteBehind | undefined;
  readonly memory: MemoryFront;
  readonly generations: GroupGenerations;
  readonly turns: GroupTurns;
  readonly lookups: EntryLookups;
}

function createPut({ writeBehind, memory, generations, lookups }: CacheParts): VariantCache['put'] {
  return async function put(ticket, name, entry, { inNoHurry } = { inNoHurry: false }) {
    const isCurrent = () => generations.isCurrent(ticket);
    if (!isCurrent()) return;
    const { group } = ticket;
    const key = entryKey(group, name);
    const file = encodeEntry(key, entry);
    lookups.forget(key);
    // A part of the file, not the caller's bytes: those may be a small piece of a large buffer.
    memory.set(key, { bytes: file.subarray(file.byteLength - entry.bytes.byteLength), meta: entry.meta });
    await writeBehind?.write({ group, key, file, isCurrent }, { canWait: inNoHurry && memory.has(key) });
  };
}

function createRemovals(parts: CacheParts): Pick<VariantCache, 'drop' | 'deleteGroup' | 'deleteMadeFrom'> {
  const { stored, writeBehind, memory, generations, turns, lookups } = parts;

  async function eraseKey(key: string): Promise<void> {
    memory.delete(key);
    lookups.forget(key);
    await turns.take(groupOfKey(key), async () => {
      await stored?.erase(key);
      lookups.forget(key);
    });
  }

  return {
    async drop(group, name) {
      const key = entryKey(group, name);
      memory.delete(key);
      lookups.forget(key);
      writeBehind?.flush();
      await turns.take(group, async () => {
        await stored?.remove(key);
        lookups.forget(key);
      });
    },
    async deleteGroup(group) {
      const prefix = groupPrefix(group);
      generations.end(group);
      memory.deleteGroup(prefix);
      lookups.forgetGroup(prefix);
      await turns.take(group, async () => {
        await stored?.removeGroup(prefix);
        lookups.forgetGroup(prefix);
      });
    },
    async deleteMadeFrom(group) {
      const mark = madeFromMark(group);
      generations.end(group);
      memory.deleteWith(mark);
      writeBehind?.flush();
      // What is being written is in the index when its turn is over.
      await turns.ended();
      await Promise.all(((await stored?.keysWith(mark)) ?? []).map(eraseKey));
    },
  };
}
