import { createGathering, type Gathering } from '../async/gather.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { encodeEntry } from './entry-file.ts';
import { entryKey, groupOfKey, groupPrefix } from './entry-key.ts';
import { createEntryLookups, type EntryLookups } from './entry-lookups.ts';
import { createGroupGenerations, type GroupGenerations } from './group-generations.ts';
import { createGroupTurns, type GroupTurns } from './group-turns.ts';
import { madeFromMark } from './made-from.ts';
import { createMemoryFront, type MemoryFront } from './memory-front.ts';
import { type CacheLog, createRareLog, type RareLog } from './rare-log.ts';
import { createStoredEntries, type StoredEntries } from './stored-entries.ts';
import type { VariantCache } from './variant-cache.ts';

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
  const gathering = createGathering(GATHERED_FOR_MS);
  const parts = { stored, memory, generations, turns, gathering, lookups, log };

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
      gathering.release();
      await turns.ended();
      await stored?.close();
    },
  };
}

interface CacheParts {
  readonly stored: StoredEntries | undefined;
  readonly memory: MemoryFront;
  readonly generations: GroupGenerations;
  readonly turns: GroupTurns;
  readonly gathering: Gathering;
  readonly lookups: EntryLookups;
  readonly log: RareLog;
}

/** What is in memory is served from there, and can wait so long until it is written, with others. */
const GATHERED_FOR_MS = 100;
/** Entries that wait to be written hold memory: on a disk that cannot follow, more than this is not stored. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

function createPut(parts: CacheParts): VariantCache['put'] {
  const { stored, memory, generations, turns, gathering, lookups, log } = parts;
  let waitingBytes = 0;

  const store = async (work: { group: string; key: string; file: Buffer; isCurrent: () => boolean }) => {
    const { group, key, file, isCurrent } = work;
    if (waitingBytes > 0 && waitingBytes + file.byteLength > MAX_WAITING_BYTES) {
      log('the cache is written too slowly; an entry is not stored', { key, waitingBytes });
      await turns.take(group, async () => stored?.remove(key));
      return;
    }
    waitingBytes += file.byteLength;
    const write = () =>
      turns.take(group, async () => {
        if (isCurrent()) await stored?.write(key, file);
        waitingBytes -= file.byteLength;
        lookups.forget(key);
      });
    await (memory.has(key) ? gathering.add(write) : write());
  };

  return async function put(ticket, name, entry) {
    const isCurrent = () => generations.isCurrent(ticket);
    if (!isCurrent()) return;
    const { group } = ticket;
    const key = entryKey(group, name);
    const file = encodeEntry(key, entry);
    lookups.forget(key);
    // A part of the file, not the caller's bytes: those may be a small piece of a large buffer.
    memory.set(key, { bytes: file.subarray(file.byteLength - entry.bytes.byteLength), meta: entry.meta });
    if (stored !== undefined) await store({ group, key, file, isCurrent });
  };
}

function createRemovals(parts: CacheParts): Pick<VariantCache, 'drop' | 'deleteGroup' | 'deleteMadeFrom'> {
  const { stored, memory, generations, turns, gathering, lookups } = parts;

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
      gathering.release();
      // What is being written is in the index when its turn is over.
      await turns.ended();
      await Promise.all(((await stored?.keysWith(mark)) ?? []).map(eraseKey));
    },
  };
}
