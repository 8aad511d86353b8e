import type { Readable } from 'node:stream';

/** Bytes to keep: in memory, or a local file inside the store's own tree (`temporaryFile`) that it may rename away. */
export type BlobContent = { readonly bytes: Uint8Array } | { readonly path: string };

export interface BlobStat {
  readonly bytes: number;
  /** When it was last written or touched, Unix milliseconds. */
  readonly modifiedMs: number;
}

export interface BlobListing extends BlobStat {
  readonly key: string;
}

/** A blob as (a part of) a local file; call `release` when done with it. Never write to it. */
export interface LocalBlob {
  readonly path: string;
  /** Where in the file the blob begins, and how long it is. */
  readonly offset: number;
  readonly length: number;
  release(): Promise<void>;
}

/**
 * Keeps bytes under keys: one to eight segments of `[a-z0-9_.-]` joined by `/`, none of them beginning with a dot (a
 * caller's mistake throws a plain Error). A blob is whole or absent, never half-written; what is absent is
 * `undefined` or `false`, not an error. Failures are `ServiceError`s: `disk_full` or `storage_failed`.
 */
export interface BlobStore {
  /** All bytes of the blob. */
  get(key: string): Promise<Buffer | undefined>;
  stat(key: string): Promise<BlobStat | undefined>;
  /** Bytes `start` to `end` (both inclusive) as a stream; the whole blob without a range. */
  read(key: string, range?: { start: number; end: number }): Promise<Readable | undefined>;
  /** The blob as a file on this machine, for reading by another process. */
  materialize(key: string): Promise<LocalBlob | undefined>;
  /** Stores or replaces. When it resolves, the bytes survive a crash (where the driver is durable). A `path` is consumed. */
  put(key: string, content: BlobContent): Promise<void>;
  /** Where a caller may write a file that it then `put`s by path: on the same file system. Swept at the next open. */
  temporaryFile(): Promise<string>;
  /** True where something was there. */
  delete(key: string): Promise<boolean>;
  /** Deletes every blob whose key begins with `prefix + '/'`; how many there were. */
  deleteAll(prefix: string): Promise<number>;
  /** Marks the blob as used now (`modifiedMs`); nothing where it is absent. */
  touch(key: string): Promise<void>;
  /** Every blob below `prefix + '/'` (all of them without one), in no order; tolerates changes meanwhile. */
  list(prefix?: string): AsyncIterable<BlobListing>;
  /** Free bytes where the blobs live; undefined where the question makes no sense. */
  freeBytes(): Promise<number | undefined>;
  close(): Promise<void>;
}
