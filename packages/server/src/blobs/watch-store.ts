import { open, rm } from 'node:fs/promises';
import { ServiceError } from '../errors.ts';
import type { BlobStore } from './blob-store.ts';
import { storageError } from './storage-error.ts';

/** What keeps a store from taking anything. */
export type StoreFault = 'disk_full' | 'storage_failed';

/** A store whose health is known without asking it. */
export interface WatchedStore {
  /** The same store; what becomes of its writing is seen. */
  readonly blobs: BlobStore;
  /** Undefined while it takes what it is given. */
  fault(): StoreFault | undefined;
  /** Writes, syncs and removes a small file, and judges by that. Never rejects. */
  probe(): Promise<void>;
  /** Ends the probing. */
  stop(): void;
}

const PROBE_EVERY_MS = 10_000;

/**
 * The system reports a failed fsync once, and the next one succeeds though pages are lost: a disk that failed is
 * doubted for as long as this, whatever it says since.
 */
const DOUBT_MS = 60_000;

/** Watches a store: each put tells of its health, and a probe every ten seconds. `now`: monotonic milliseconds. */
export function watchStore(store: BlobStore, { now = () => performance.now() } = {}): WatchedStore {
  let fault: StoreFault | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;

  function noteFailure(error: unknown): void {
    const { code } = storageError(error);
    fault = code === 'disk_full' ? 'disk_full' : 'storage_failed';
    failedAtMs = now();
  }

  function noteSuccess(): void {
    if (fault === 'disk_full' || now() - failedAtMs >= DOUBT_MS) fault = undefined;
  }

  async function watched<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      // Anything else is a caller's mistake.
      if (error instanceof ServiceError) noteFailure(error);
      throw error;
    }
  }

  async function put(...given: Parameters<BlobStore['put']>): Promise<void> {
    await watched(() => store.put(...given));
    noteSuccess();
  }

  async function probe(): Promise<void> {
    try {
      await writeProbe(await store.temporaryFile());
      noteSuccess();
    } catch (error) {
      noteFailure(error);
    }
  }

  const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
  timer.unref();
  const blobs = { ...store, put, temporaryFile: () => watched(store.temporaryFile) };
  return { blobs, fault: () => fault, probe, stop: () => clearInterval(timer) };
}

async function writeProbe(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(Buffer.alloc(4096));
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}
