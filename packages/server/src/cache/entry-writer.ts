import type { BlobStore } from '../blobs/blob-store.ts';
import { ServiceError } from '../errors.ts';
import type { CacheLimits, CacheRoom } from './cache-room.ts';
import { decodeEntry } from './entry-file.ts';
import { type EntryIndex, FOLDER_COST, fileCost } from './entry-index.ts';
import type { Evictions } from './evictions.ts';
import type { RareLog } from './rare-log.ts';

/** Changes entries in the store, one at a time in each group. What does not work is logged. */
export interface EntryWriter {
  /** Writes the file of an entry, if there is room for it; if not, an earlier one goes, for it is out of date. */
  write(key: string, file: Buffer): Promise<void>;
  /** Removes what lies under the key, unless it is a whole entry by now. */
  repair(key: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** The same, but rejects where it does not work. */
  erase(key: string): Promise<void>;
  /** Rejects where it does not work: nobody may be told that all is gone while it is not. */
  removeGroup(prefix: string): Promise<void>;
}

/** Creates a writer of the store's entries. */
export function createEntryWriter(dependencies: {
  blobs: BlobStore;
  index: EntryIndex;
  evictions: Evictions;
  room: CacheRoom;
  limits: CacheLimits;
  log: RareLog;
}): EntryWriter {
  const { blobs, index, evictions, room, limits, log } = dependencies;

  async function writeHeld(key: string, file: Buffer): Promise<boolean> {
    const cost = fileCost(file.byteLength) + FOLDER_COST;
    if (cost > limits.maxBytes || !(await room.reserve(cost))) {
      log('no room in the cache for an entry', { key, bytes: file.byteLength });
      return false;
    }
    try {
      await putAnyway(key, file);
      index.add(key, file.byteLength);
      return true;
    } finally {
      room.release(cost);
    }
  }

  /** Puts; where that fails, once more after removing what may be the reason. */
  async function putAnyway(key: string, file: Buffer): Promise<void> {
    try {
      await blobs.put(key, { bytes: file });
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'disk_full') {
        await evictions.relieve(4 * file.byteLength);
      } else {
        await blobs.deleteAll(key);
      }
      await blobs.put(key, { bytes: file });
    }
  }

  async function erase(key: string): Promise<void> {
    await blobs.delete(key);
    index.remove(key);
  }

  async function remove(key: string): Promise<void> {
    try {
      await erase(key);
    } catch (error) {
      log('cannot drop a cache entry', { err: error, key });
    }
  }

  async function damageAt(key: string): Promise<string | undefined> {
    const file = await blobs.get(key);
    if (file === undefined) return index.has(key) ? 'absent' : undefined;
    const decoded = decodeEntry(key, file);
    return decoded.kind === 'damaged' ? decoded.reason : undefined;
  }

  return {
    async write(key, file) {
      while (evictions.includes(key)) await evictions.settled(key);
      // Its predecessor is not to be evicted while it is written: that could hit the new one.
      const release = evictions.hold(key);
      const written = await writeHeld(key, file).catch((error: unknown) => {
        log('cannot write a cache entry', { err: error, key });
        return false;
      });
      if (!written) await remove(key);
      release();
    },
    async repair(key) {
      try {
        const reason = await damageAt(key);
        if (reason === undefined) return;
        log('dropping a damaged cache entry', { key, reason });
        await blobs.delete(key);
        // A folder may have come into its place.
        await blobs.deleteAll(key);
        index.remove(key);
      } catch (error) {
        log('cannot drop a damaged cache entry', { err: error, key });
      }
    },
    remove,
    erase,
    async removeGroup(prefix) {
      const keys: string[] = [];
      for await (const { key } of blobs.list(prefix)) keys.push(key);
      await blobs.deleteAll(prefix);
      for (const key of keys) index.remove(key);
    },
  };
}
