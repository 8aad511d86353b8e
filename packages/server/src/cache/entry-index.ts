import { LRUCache } from 'lru-cache';
import type { BlobListing } from '../blobs/blob-store.ts';
import { prefixOfKey } from './entry-key.ts';
import { createMarkedKeys } from './made-from.ts';
import { createScannedEntries } from './scanned-entries.ts';

/** What file systems keep a file in, and what a folder takes at least. */
const BLOCK_BYTES = 4096;

/** What a file of that many bytes is counted as: whole blocks. */
export function fileCost(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** What the folder of a group is counted as, beside its entries. */
export const FOLDER_COST = BLOCK_BYTES;

/** Which entries the store has, what they cost on its disk, and in which order they were used. */
export interface EntryIndex {
  has(key: string): boolean;
  /** Adds an entry, or counts it anew, as the one used last. */
  add(key: string, bytes: number): void;
  /** Marks an entry as the one used last; false where there is none. */
  use(key: string): boolean;
  remove(key: string): void;
  /** Removes and tells the entry that was used least recently, of those that are not held. */
  takeOldest(isHeld: (key: string) => boolean): IndexedEntry | undefined;
  /** Adds what a scan of the store found, as older than all that was used since the start; what that cost. */
  addScanned(blobs: readonly BlobListing[]): number;
  /** Once all is scanned it need not be remembered any more what was removed meanwhile. */
  endScan(): void;
  /** The keys with that mark, as far as the scan has come. */
  keysWith(mark: string): readonly string[];
  entries(): number;
  /** The cost of all entries and of their groups' folders. */
  cost(): number;
}

export interface IndexedEntry {
  readonly key: string;
  readonly cost: number;
}

/** Creates an empty index. An entry takes about 200 bytes of memory. */
export function createEntryIndex(): EntryIndex {
  const recent = new LRUCache<string, number>({
    maxSize: Number.MAX_SAFE_INTEGER,
    sizeCalculation: (itsCost) => itsCost,
  });
  const scanned = createScannedEntries();
  const groups = createGroupCounts();
  const marked = createMarkedKeys();
  /** Until the scan has ended: what it must not bring back. */
  let removed: Set<string> | undefined = new Set();

  const has = (key: string): boolean => recent.has(key) || scanned.has(key);
  const cost = (): number => recent.calculatedSize + scanned.cost() + groups.size() * FOLDER_COST;
  /** Takes the entry out of wherever it is. */
  const take = (key: string): IndexedEntry => {
    const found = scanned.take(key) ?? recent.peek(key);
    if (found === undefined) return { key, cost: 0 };
    recent.delete(key);
    groups.count(key, -1);
    marked.remove(key);
    return { key, cost: found };
  };
  const takeAway = (key: string): IndexedEntry => {
    removed?.add(key);
    return take(key);
  };
  const add = (key: string, itsCost: number): void => {
    take(key);
    recent.set(key, itsCost);
    groups.count(key, 1);
    marked.add(key);
  };
  const use = (key: string): boolean => {
    if (recent.get(key) !== undefined) return true;
    const taken = take(key);
    if (taken.cost > 0) add(key, taken.cost);
    return taken.cost > 0;
  };

  return {
    has,
    add: (key, bytes) => add(key, fileCost(bytes)),
    use,
    remove: (key) => void takeAway(key),
    takeOldest(isHeld) {
      for (let key = scanned.nextOldest(); key !== undefined; key = scanned.nextOldest()) {
        if (!isHeld(key)) return takeAway(key);
        use(key);
      }
      for (const key of recent.rkeys()) if (!isHeld(key)) return takeAway(key);
      return undefined;
    },
    addScanned(blobs) {
      const fresh = blobs.filter(({ key }) => !has(key) && removed?.has(key) !== true);
      const before = cost();
      scanned.add(fresh, fileCost);
      for (const { key } of fresh) {
        groups.count(key, 1);
        marked.add(key);
      }
      return cost() - before;
    },
    endScan() {
      removed = undefined;
    },
    keysWith: marked.with,
    entries: () => recent.size + scanned.size(),
    cost,
  };
}

/** How many entries each group has; those with none are forgotten. */
function createGroupCounts() {
  const counts = new Map<string, number>();
  return {
    count(key: string, difference: 1 | -1): void {
      const prefix = prefixOfKey(key);
      const count = (counts.get(prefix) ?? 0) + difference;
      if (count === 0) counts.delete(prefix);
      else counts.set(prefix, count);
    },
    size: () => counts.size,
  };
}
