import type { BlobStore } from '../blobs/blob-store.ts';
import type { EntryIndex, IndexedEntry } from './entry-index.ts';
import type { RareLog } from './rare-log.ts';

/** Entries on their way out: out of the index, on the disk still. */
export interface Evictions {
  /** Begins to evict what was used least recently and is not held; undefined where there is nothing of that kind. */
  start(): IndexedEntry | undefined;
  /** Evicts until about that many bytes are gone, or some hundred entries. */
  relieve(bytes: number): Promise<void>;
  /** How many are under way, and what they cost. */
  underWay(): { readonly entries: number; readonly cost: number };
  /** When any of those under way is done; false where it failed. */
  next(): Promise<boolean>;
  includes(key: string): boolean;
  /** When the entry is not being evicted (any more). */
  settled(key: string): Promise<void>;
  /** When none is under way. */
  ended(): Promise<void>;
  /** Keeps an entry from being evicted until the returned function is called, also one that is not there yet. */
  hold(key: string): () => void;
  /** How many have been evicted since the start. */
  count(): number;
}

/** Removals at once: enough to keep a disk busy, few enough to leave threads to the requests. */
export const EVICTIONS_AT_ONCE = 16;

/** Most evictions for one entry where it is not the budget that asks for them. */
const RELIEF_ENTRIES = 256;

/** Creates the evictions of an index's entries from their store. */
export function createEvictions(dependencies: {
  blobs: BlobStore;
  index: EntryIndex;
  log: RareLog;
}): Evictions {
  const { blobs, index, log } = dependencies;
  const holds = createHolds();
  const leaving = new Map<string, Promise<boolean>>();
  let leavingCost = 0;
  let count = 0;

  const evict = async ({ key, cost }: IndexedEntry): Promise<boolean> => {
    try {
      await blobs.delete(key);
      count += 1;
      return true;
    } catch (error) {
      log('cannot evict a cache entry', { err: error, key });
      index.add(key, cost);
      return false;
    } finally {
      leavingCost -= cost;
      leaving.delete(key);
    }
  };
  const start = (): IndexedEntry | undefined => {
    const entry = index.takeOldest(holds.isHeld);
    if (entry === undefined) return undefined;
    leavingCost += entry.cost;
    leaving.set(entry.key, evict(entry));
    return entry;
  };
  const next = async (): Promise<boolean> =>
    leaving.size === 0 ? false : await Promise.race(leaving.values());
  const ended = async (): Promise<void> => {
    await Promise.all(leaving.values());
  };

  return {
    start,
    async relieve(bytes) {
      let relieved = 0;
      for (let entries = 0; relieved < bytes && entries < RELIEF_ENTRIES; entries += 1) {
        const entry = start();
        if (entry === undefined) break;
        relieved += entry.cost;
        if (leaving.size >= EVICTIONS_AT_ONCE) await next();
      }
      await ended();
    },
    underWay: () => ({ entries: leaving.size, cost: leavingCost }),
    next,
    includes: (key) => leaving.has(key),
    async settled(key) {
      await leaving.get(key);
    },
    ended,
    hold: holds.hold,
    count: () => count,
  };
}

/** Counts how often each key is held. */
function createHolds() {
  const holds = new Map<string, number>();
  return {
    isHeld: (key: string): boolean => holds.has(key),
    hold(key: string): () => void {
      holds.set(key, (holds.get(key) ?? 0) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = (holds.get(key) ?? 0) - 1;
        if (left === 0) holds.delete(key);
        else holds.set(key, left);
      };
    },
  };
}
