import type { BlobListing } from '../blobs/blob-store.ts';

/** What a scan found and nobody has used since, the least recently modified first. */
export interface ScannedEntries {
  has(key: string): boolean;
  /** Adds entries that are not there yet. */
  add(blobs: readonly BlobListing[], costOf: (bytes: number) => number): void;
  /** Takes one out; what it cost. */
  take(key: string): number | undefined;
  /** The key of the one that was modified before all others; the next call goes on behind it. */
  nextOldest(): string | undefined;
  size(): number;
  cost(): number;
}

/** Entries in the order of their modification; those before `at` have been passed. */
interface Run {
  readonly keys: string[];
  readonly modifiedMs: number[];
  at: number;
}

/**
 * Creates the list. Its order is in runs, one for each `add`, that are each sorted: the oldest of all is the first of
 * one of them, and no moment comes at which a million entries must be sorted at once.
 */
export function createScannedEntries(): ScannedEntries {
  const costs = new Map<string, number>();
  let runs: Run[] = [];
  let total = 0;
  return {
    has: (key) => costs.has(key),
    add(blobs, costOf) {
      const sorted = blobs.toSorted((a, b) => a.modifiedMs - b.modifiedMs);
      for (const { key, bytes } of sorted) {
        costs.set(key, costOf(bytes));
        total += costOf(bytes);
      }
      runs.push({
        keys: sorted.map(({ key }) => key),
        modifiedMs: sorted.map((blob) => blob.modifiedMs),
        at: 0,
      });
    },
    take(key) {
      const cost = costs.get(key);
      if (cost === undefined) return undefined;
      costs.delete(key);
      total -= cost;
      return cost;
    },
    nextOldest() {
      if (costs.size === 0) runs = [];
      runs = runs.filter((run) => passTaken(run, costs));
      const oldest = runs.reduce<Run | undefined>(older, undefined);
      if (oldest === undefined) return undefined;
      oldest.at += 1;
      return oldest.keys[oldest.at - 1];
    },
    size: () => costs.size,
    cost: () => total,
  };
}

/** Goes on to the run's first entry that has not been taken; false where there is none. */
function passTaken(run: Run, costs: ReadonlyMap<string, number>): boolean {
  while (run.at < run.keys.length && !costs.has(run.keys[run.at] ?? '')) run.at += 1;
  return run.at < run.keys.length;
}

function older(one: Run | undefined, other: Run): Run {
  if (one === undefined) return other;
  return (one.modifiedMs[one.at] ?? 0) <= (other.modifiedMs[other.at] ?? 0) ? one : other;
}
