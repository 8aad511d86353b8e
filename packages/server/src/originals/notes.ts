import { LRUCache } from 'lru-cache';
import type { BlobStore } from '../blobs/blob-store.ts';
import { notesPrefix, originalKey } from './picture-hash.ts';

const REMEMBERED_PICTURES = 20_000;

type PictureNotes = Readonly<Record<string, object>>;

/**
 * What has been found out about stored originals (facts, places of faces, ...): small JSON values kept beside the
 * originals so that each is found out once, with those of the last pictures in memory.
 */
export interface Notes {
  /** The note if it is in memory now. */
  peek<Value extends object>(hash: string, name: string): Value | undefined;
  /** The kept note, or what `find` finds out, which is kept. */
  get<Value extends object>(hash: string, name: string, find: () => Promise<Value>): Promise<Value>;
  put(hash: string, name: string, value: object): Promise<void>;
  /** Forgets all notes of a picture whose original is gone already, also those that are being found out now. */
  deleteAll(hash: string): Promise<void>;
}

/** Creates notes kept in the originals' own blob store, below `notes/`. */
export function createNotes(blobs: BlobStore): Notes {
  const remembered = new LRUCache<string, PictureNotes>({ max: REMEMBERED_PICTURES });
  let deletions = 0;

  /**
   * A DELETE may come while a note is read or written: what outlives its picture must not be remembered. False where there
   * is no picture any more.
   */
  async function remember(hash: string, name: string, value: object): Promise<boolean> {
    const deletionsBefore = deletions;
    const exists = (await blobs.stat(originalKey(hash))) !== undefined;
    if (!exists) await blobs.deleteAll(notesPrefix(hash));
    else if (deletions === deletionsBefore) remembered.set(hash, { ...remembered.get(hash), [name]: value });
    return exists;
  }

  function peek<Value extends object>(hash: string, name: string): Value | undefined {
    // What lies under a name was put there by the same caller, with the same type.
    return remembered.get(hash)?.[name] as Value | undefined;
  }

  async function get<Value extends object>(
    hash: string,
    name: string,
    find: () => Promise<Value>,
  ): Promise<Value> {
    const known = peek<Value>(hash, name);
    if (known !== undefined) return known;
    const kept = await blobs.get(noteKey(hash, name));
    const value = kept === undefined ? undefined : parseNote<Value>(kept);
    // A note without its picture is left of a deletion that broke off: whoever finds it out anew will find nothing.
    if (value !== undefined && (await remember(hash, name, value))) return value;
    const found = await find();
    await put(hash, name, found);
    return found;
  }

  async function put(hash: string, name: string, value: object): Promise<void> {
    await blobs.put(noteKey(hash, name), { bytes: Buffer.from(JSON.stringify(value)) });
    await remember(hash, name, value);
  }

  async function deleteAll(hash: string): Promise<void> {
    deletions += 1;
    remembered.delete(hash);
    await blobs.deleteAll(notesPrefix(hash));
  }

  return { peek, get, put, deleteAll };
}

function noteKey(hash: string, name: string): string {
  return `${notesPrefix(hash)}/${name}.json`;
}

/** A note that cannot be read (a disk fault, an older format) is found out anew. */
function parseNote<Value extends object>(bytes: Buffer): Value | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Value) : undefined;
  } catch {
    return undefined;
  }
}
