import type { EntryIndex } from './entry-index.ts';
import { EVICTIONS_AT_ONCE, type Evictions } from './evictions.ts';
import type { FreeFloor } from './free-floor.ts';
import type { IndexScan } from './index-scan.ts';
import type { RareLog } from './rare-log.ts';

export interface CacheLimits {
  /** Most bytes on the disk, of all entries and what is being written, in whole blocks of 4 KiB and with the folders. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Bytes that stay free on the disk, whoever fills it; 0 for no such floor. */
  readonly minFreeBytes: number;
}

/** The room that the entries may take: reserved before anything is written, made by evicting. */
export interface CacheRoom {
  /** Makes room for an entry of that cost; false where there is none to be had. `release` it when it is in the index. */
  reserve(cost: number): Promise<boolean>;
  release(cost: number): void;
  /** Evicts what is beyond the budget already: that may have become smaller since the last start. */
  shrink(): Promise<void>;
  /** Makes no more room. */
  close(): void;
}

/** Creates the room of an index's entries. */
export function createCacheRoom(dependencies: {
  index: EntryIndex;
  scan: IndexScan;
  evictions: Evictions;
  floor: FreeFloor;
  limits: CacheLimits;
  log: RareLog;
}): CacheRoom {
  const { index, scan, evictions, floor, limits, log } = dependencies;
  let reservedCost = 0;
  let reservedEntries = 0;
  let closed = false;

  /** By how much the limits are passed when what is leaving has left, and now, when it still lies there. */
  const excess = () => {
    const leaving = evictions.underWay();
    const bytes = index.cost() + reservedCost + scan.unseenCost() - limits.maxBytes;
    const entries = index.entries() + reservedEntries - limits.maxEntries;
    return {
      soon: bytes > 0 || entries > 0,
      now: bytes + leaving.cost > 0 || entries + leaving.entries > 0,
      leaving: leaving.entries,
    };
  };
  const keepBudget = async (): Promise<boolean> => {
    for (let over = excess(); over.now; over = excess()) {
      if (closed) return false;
      if (over.soon && over.leaving < EVICTIONS_AT_ONCE && evictions.start() !== undefined) continue;
      if (over.leaving > 0) {
        if (!(await evictions.next())) return false;
      } else if (scan.state() === 'running') {
        await scan.progress();
      } else {
        return false;
      }
    }
    return true;
  };
  const release = (cost: number): void => {
    reservedCost -= cost;
    reservedEntries -= 1;
  };

  return {
    async reserve(cost) {
      await scan.begun;
      reservedCost += cost;
      reservedEntries += 1;
      try {
        if ((await keepBudget()) && (await floor.keep(cost))) return true;
      } catch (error) {
        log('cannot make room in the cache', { err: error });
      }
      release(cost);
      return false;
    },
    release,
    async shrink() {
      await keepBudget();
    },
    close() {
      closed = true;
    },
  };
}
