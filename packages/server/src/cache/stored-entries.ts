import type { BlobStore } from '../blobs/blob-store.ts';
import { ServiceError } from '../errors.ts';
import { type CacheLimits, createCacheRoom } from './cache-room.ts';
import { createEntryIndex } from './entry-index.ts';
import { createEntryReader, type EntryReader } from './entry-reader.ts';
import { createEntryWriter, type EntryWriter } from './entry-writer.ts';
import { createEvictions } from './evictions.ts';
import { createFreeFloor } from './free-floor.ts';
import { startIndexScan } from './index-scan.ts';
import type { RareLog } from './rare-log.ts';
import { createTouches } from './touches.ts';
import { leaveUsageMark } from './usage-mark.ts';

/** The entries in the blob store, within their limits. */
export interface StoredEntries extends EntryReader, EntryWriter {
  has(key: string): Promise<boolean>;
  /** Whether the index, once it is whole, does not know of the entry. */
  lacks(key: string): boolean;
  /**
   * Marks an entry as used now: at once in the index, once a minute in the store. With `fileBytes`, as it was just read,
   * an entry is added that the index does not know: the scan has not come by yet, or another process wrote it.
   */
  use(key: string, fileBytes?: number): void;
  /** All keys with that mark, once the scan has ended. Rejects with `storage_failed` where it cannot. */
  keysWith(mark: string): Promise<readonly string[]>;
  status(): { entries: number; bytes: number; evictions: number; indexed: boolean };
  /** To be called when nothing is under way any more. */
  close(): Promise<void>;
}

/** Creates the stored side of the cache and starts to index what is there from earlier. */
export function createStoredEntries(dependencies: {
  blobs: BlobStore;
  limits: CacheLimits;
  log: RareLog;
}): StoredEntries {
  const { blobs, limits, log } = dependencies;
  const index = createEntryIndex();
  const scan = startIndexScan({ blobs, index, maxBytes: limits.maxBytes, log });
  const evictions = createEvictions({ blobs, index, log });
  const floor = createFreeFloor({ blobs, evictions, minFreeBytes: limits.minFreeBytes });
  const room = createCacheRoom({ index, scan, evictions, floor, limits, log });
  void scan.ended.then(room.shrink);
  const touches = createTouches(blobs);
  const writer = createEntryWriter({ blobs, index, evictions, room, limits, log });
  const reader = createEntryReader({ blobs, index, evictions, log });

  return {
    ...reader,
    ...writer,
    async read(key) {
      // Most look-ups are for what is yet to be made, and a look into a folder costs more than all else here. What another
      // process has put there since our scan is not found, and made a second time.
      const isNowhere = scan.state() === 'ended' && !index.has(key);
      return isNowhere ? { kind: 'absent' } : reader.read(key);
    },
    async write(key, file) {
      await writer.write(key, file);
      touches.skip(key);
    },
    lacks: (key) => scan.state() === 'ended' && !index.has(key),
    async has(key) {
      if (index.has(key)) return true;
      const stats = await blobs.stat(key).catch((error: unknown) => {
        log('cannot read a cache entry', { err: error, key });
        return undefined;
      });
      return stats !== undefined;
    },
    use(key, fileBytes) {
      if (index.use(key)) touches.touch(key);
      else if (fileBytes !== undefined && !evictions.includes(key)) index.add(key, fileBytes);
    },
    async keysWith(mark) {
      while (scan.state() === 'running') await scan.progress();
      if (scan.state() === 'ended') return index.keysWith(mark);
      throw new ServiceError('storage_failed', 'the cache cannot be listed');
    },
    status: () => ({
      entries: index.entries(),
      bytes: index.cost(),
      evictions: evictions.count(),
      indexed: scan.state() === 'ended',
    }),
    async close() {
      room.close();
      await scan.close();
      await evictions.ended();
      await touches.ended();
      if (scan.state() !== 'ended') return;
      await leaveUsageMark(blobs, index.cost()).catch((error: unknown) => {
        log('cannot leave word of how full the cache is', { err: error });
      });
    },
  };
}
