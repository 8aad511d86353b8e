import type { BlobStore, LocalBlob } from '../blobs/blob-store.ts';
import { checkEntryFile, decodeEntry } from './entry-file.ts';
import type { EntryIndex } from './entry-index.ts';
import type { Evictions } from './evictions.ts';
import type { RareLog } from './rare-log.ts';
import type { CacheEntry } from './variant-cache.ts';

/** What a look into the store gave. `bad`: damaged, or not there although the index knows it; to be repaired. */
export type Found<Value> =
  | { readonly kind: 'found'; readonly value: Value; readonly fileBytes: number }
  | { readonly kind: 'absent' | 'bad' };

/** Reads entries from the store and checks them. What cannot be read is logged and absent. */
export interface EntryReader {
  read(key: string): Promise<Found<CacheEntry>>;
  /** The entry's body in a local file, safe from eviction until it is released. */
  materialize(key: string): Promise<Found<LocalBlob>>;
}

const ABSENT = { kind: 'absent' } as const;
const BAD = { kind: 'bad' } as const;

/** Creates a reader of the store's entries. */
export function createEntryReader(dependencies: {
  blobs: BlobStore;
  index: EntryIndex;
  evictions: Evictions;
  log: RareLog;
}): EntryReader {
  const { blobs, index, evictions, log } = dependencies;

  const unreadable = (error: unknown, key: string) => {
    log('cannot read a cache entry', { err: error, key });
    return ABSENT;
  };

  async function openChecked(key: string, release: () => void): Promise<Found<LocalBlob>> {
    const local = await blobs.materialize(key);
    if (local === undefined) return index.has(key) ? BAD : ABSENT;
    const checked = await checkEntryFile(key, local).catch(async (error: unknown) => {
      await local.release();
      throw error;
    });
    if (checked.kind === 'damaged') {
      await local.release();
      return BAD;
    }
    const releaseBoth = async (): Promise<void> => {
      release();
      await local.release();
    };
    const { offset, length } = checked;
    return {
      kind: 'found',
      value: { path: local.path, offset, length, release: releaseBoth },
      fileBytes: local.length,
    };
  }

  return {
    async read(key) {
      try {
        const file = await blobs.get(key);
        if (file === undefined) return index.has(key) ? BAD : ABSENT;
        const decoded = decodeEntry(key, file);
        if (decoded.kind === 'damaged') return BAD;
        return { kind: 'found', value: decoded.entry, fileBytes: file.byteLength };
      } catch (error) {
        return unreadable(error, key);
      }
    },
    async materialize(key) {
      if (evictions.includes(key)) return ABSENT;
      const release = evictions.hold(key);
      const found = await openChecked(key, release).catch((error: unknown) => unreadable(error, key));
      if (found.kind !== 'found') release();
      return found;
    },
  };
}
