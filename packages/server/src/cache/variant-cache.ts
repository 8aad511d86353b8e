import type { LocalBlob } from '../blobs/blob-store.ts';

/** What is known of an entry besides its bytes: small, plain data. */
export type EntryMeta = Readonly<Record<string, string | number | boolean | null>>;

export interface CacheEntry {
  readonly bytes: Buffer;
  readonly meta: EntryMeta;
}

/**
 * The right to put into a group; void once the group has been deleted, or one of those that the entry is made from too.
 * Take it before the work that makes the entry.
 */
export interface GroupTicket {
  readonly group: string;
  readonly alsoFrom: readonly string[];
  readonly generation: number;
}

/**
 * Keeps what can be made again, within a budget, grouped by picture. A lookup that fails for any reason is a miss, and a
 * put that fails is logged, never thrown: a cache must not be able to fail a request.
 */
export interface VariantCache {
  /** Memory first, then the store. A damaged entry is dropped and is a miss. The bytes are shared: never change them. */
  get(group: string, name: string): Promise<CacheEntry | undefined>;
  /** The entry if it is in memory now, without waiting. */
  peek(group: string, name: string): CacheEntry | undefined;
  /** Takes part in no lookup order: is it there? */
  has(group: string, name: string): Promise<boolean>;
  /** Whether it is known, without waiting, that the entry is not there; false where that would have to be looked up. */
  lacks(group: string, name: string): boolean;
  /** `alsoFrom`: groups whose originals the entry is made from too; its name has their marks (`madeFromMark`). */
  ticket(group: string, alsoFrom?: readonly string[]): GroupTicket;
  /**
   * Stores unless the group was deleted since the ticket was taken. Evicts what was used least recently before it writes.
   * What is in no hurry is served from memory at once, and written up to 100 ms later, together with others.
   */
  put(ticket: GroupTicket, name: string, entry: CacheEntry, options?: { inNoHurry: boolean }): Promise<void>;
  /** The entry's bytes as part of a local file, safe from eviction until released. */
  materialize(group: string, name: string): Promise<LocalBlob | undefined>;
  /** Removes one entry. */
  drop(group: string, name: string): Promise<void>;
  /** Removes every entry of the group, also those of puts under way; later puts with older tickets do nothing. */
  deleteGroup(group: string): Promise<void>;
  /**
   * Removes every entry of other groups that is made from this group's original too, also those of puts under way. After a
   * start it waits until it is known what the store holds.
   */
  deleteMadeFrom(group: string): Promise<void>;
  status(): {
    readonly entries: number;
    readonly bytes: number;
    readonly memoryBytes: number;
    readonly hits: number;
    /** Of the hits, those in memory. */
    readonly memoryHits: number;
    readonly misses: number;
    readonly evictions: number;
    readonly indexed: boolean;
  };
  close(): Promise<void>;
}
