import { entryKey } from './entry-key.ts';
import type { Found } from './entry-reader.ts';
import type { GroupTurns } from './group-turns.ts';
import type { MemoryFront } from './memory-front.ts';
import type { StoredEntries } from './stored-entries.ts';
import type { CacheEntry, VariantCache } from './variant-cache.ts';

/** The reading half of the cache. */
export interface EntryLookups extends Pick<VariantCache, 'peek' | 'get' | 'has' | 'materialize'> {
  /** The entry changes: no later look-up joins a read that is under way, and that read does not fill the memory. */
  forget(key: string): void;
  /** The same for all keys of a group, by their prefix. */
  forgetGroup(prefix: string): void;
  /** `hits` in all, `memoryHits` among them. */
  counts(): { readonly hits: number; readonly memoryHits: number; readonly misses: number };
}

/** Creates the look-ups: memory first, then the store, one read per entry however many ask. */
export function createEntryLookups(dependencies: {
  memory: MemoryFront;
  stored: StoredEntries | undefined;
  turns: GroupTurns;
}): EntryLookups {
  const { memory, stored, turns } = dependencies;
  const reads = new Map<string, Promise<CacheEntry | undefined>>();
  let hits = 0;
  let memoryHits = 0;
  let misses = 0;
  /** Counts the calls that tell of a change. */
  let changes = 0;

  const peek = (group: string, name: string): CacheEntry | undefined => {
    const key = entryKey(group, name);
    const entry = memory.get(key);
    if (entry === undefined) return undefined;
    hits += 1;
    memoryHits += 1;
    stored?.use(key);
    return entry;
  };

  /** The value found, marked as used; where something was bad, it has it repaired. */
  async function settle<Value>(
    group: string,
    key: string,
    look: (from: StoredEntries) => Promise<Found<Value>>,
  ) {
    if (stored === undefined) return undefined;
    const changesBefore = changes;
    const found = await look(stored);
    if (found.kind === 'bad') await turns.take(group, () => stored.repair(key));
    if (found.kind !== 'found') return undefined;
    // What may be deleted by now must not come into the index.
    const isThere = changes === changesBefore && !turns.isBusy(group);
    stored.use(key, isThere ? found.fileBytes : undefined);
    return found.value;
  }

  function readOnce(group: string, key: string): Promise<CacheEntry | undefined> {
    const underWay = reads.get(key);
    if (underWay !== undefined) return underWay;
    const mine = settle(group, key, (from) => from.read(key)).then((entry) => {
      if (reads.get(key) !== mine) return entry;
      reads.delete(key);
      // Not while the group is being changed: the entry may just be replaced or deleted.
      if (entry !== undefined && !turns.isBusy(group)) memory.set(key, entry);
      return entry;
    });
    reads.set(key, mine);
    return mine;
  }

  return {
    peek,
    async get(group, name) {
      const held = peek(group, name);
      if (held !== undefined) return held;
      const entry = await readOnce(group, entryKey(group, name));
      if (entry === undefined) misses += 1;
      else hits += 1;
      return entry;
    },
    async has(group, name) {
      const key = entryKey(group, name);
      return memory.has(key) || ((await stored?.has(key)) ?? false);
    },
    async materialize(group, name) {
      const key = entryKey(group, name);
      return await settle(group, key, (from) => from.materialize(key));
    },
    forget(key) {
      changes += 1;
      reads.delete(key);
    },
    forgetGroup(prefix) {
      changes += 1;
      for (const key of [...reads.keys()]) if (key.startsWith(`${prefix}/`)) reads.delete(key);
    },
    counts: () => ({ hits, memoryHits, misses }),
  };
}
