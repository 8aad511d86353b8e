import { constants } from 'node:fs';
import { lstat, mkdir, open, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { errnoOf, isAbsence } from './storage-error.ts';

/** Folders that the store makes are for its own user alone. */
export const FOLDER_MODE = 0o700;

/** How long a folder that was looked at is taken to be what it was. */
const KNOWN_MS = 60_000;
const MAX_KNOWN_FOLDERS = 10_000;

/** The folders below the store's root, the last ones remembered: most requests walk the same few. */
export interface Folders {
  /**
   * Is every folder on the way there, and a real one? A symlink is not: O_NOFOLLOW guards only the last part of a path,
   * so that a linked folder would lead out of the tree. One that has been removed since it was looked at may count as
   * there: then what is looked for in it is absent.
   */
  has(segments: readonly string[]): Promise<boolean>;
  /** Makes the folders that are missing. Fails where something else, a symlink too, has the name of one. */
  make(segments: readonly string[]): Promise<void>;
  /** Looks again next time: something that should have been there was not. */
  forget(segments: readonly string[]): void;
}

/** Creates the folders' side of a store. */
export function createFolders(root: string): Folders {
  const known = new LRUCache<string, true>({ max: MAX_KNOWN_FOLDERS, ttl: KNOWN_MS });

  async function isFolder(path: string): Promise<boolean> {
    if (known.has(path)) return true;
    if ((await folderKind(path)) !== 'folder') return false;
    known.set(path, true);
    return true;
  }

  async function makeFolder(path: string): Promise<void> {
    if (await isFolder(path)) return;
    try {
      await mkdir(path, { mode: FOLDER_MODE });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
    }
  }

  return {
    async has(segments) {
      const found = await Promise.all(pathsBelow(root, segments).map(isFolder));
      return found.every(Boolean);
    },
    async make(segments) {
      for (const path of pathsBelow(root, segments)) await makeFolder(path);
    },
    forget(segments) {
      for (const path of pathsBelow(root, segments)) known.delete(path);
    },
  };
}

/** Removes these folders from the deepest upwards while they are empty; the deepest that is left. */
export async function removeEmptyFolders(root: string, segments: readonly string[]): Promise<string> {
  for (const path of pathsBelow(root, segments).reverse()) {
    if (!(await removeEmptyFolder(path))) return path;
  }
  return root;
}

/** Removes the folder if it is empty; true where it is gone. */
export async function removeEmptyFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return true;
    // Somebody put something into it meanwhile, or it holds what is not ours.
    if (errno === 'ENOTEMPTY' || errno === 'EEXIST' || errno === 'ENOTDIR') return false;
    throw error;
  }
}

/** Makes the names in a folder survive a power cut. A folder that has gone had nothing left to keep. */
export async function syncFolder(path: string): Promise<void> {
  let folder: Awaited<ReturnType<typeof open>>;
  try {
    folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Syncs the folder and all above it up to the root. All of them each time: that a folder exists does not say that its
 * own name has reached the disk, another `put` may have made it a moment ago.
 */
export async function syncFolders(root: string, segments: readonly string[]): Promise<void> {
  for (const path of pathsBelow(root, segments).reverse()) await syncFolder(path);
  await syncFolder(root);
}

/** Makes the store's own folder, with parents; where `durable`, its name and theirs survive a power cut. */
export async function makeRoot(directory: string, durable: boolean): Promise<void> {
  const firstMade = await mkdir(directory, { recursive: true, mode: FOLDER_MODE });
  if (firstMade === undefined || !durable) return;
  const above = dirname(firstMade);
  for (let path = dirname(directory); path.length >= above.length; path = dirname(path)) {
    await syncFolder(path);
    if (path === dirname(path)) break;
  }
}

function pathsBelow(root: string, segments: readonly string[]): string[] {
  return segments.map((_, index) => join(root, ...segments.slice(0, index + 1)));
}

async function folderKind(path: string): Promise<'folder' | 'other' | 'absent'> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (isAbsence(error)) return 'absent';
    throw error;
  }
}
