import { constants } from 'node:fs';
import { access, lutimes, realpath, rename, rm, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseBlobKey } from './blob-key.ts';
import type { BlobContent, BlobStat, BlobStore } from './blob-store.ts';
import { openFile, readFile, removeFile, settleFile, statFile, writeFile } from './disk-files.ts';
import {
  createFolders,
  type Folders,
  makeRoot,
  removeEmptyFolder,
  removeEmptyFolders,
  syncFolder,
  syncFolders,
} from './disk-folders.ts';
import { listFiles, readFolder } from './disk-listing.ts';
import { createLooks, type Looks } from './disk-looks.ts';
import { openTemporaryFolder } from './disk-temporary.ts';
import { errnoOf, storageError, throwUnlessAbsent } from './storage-error.ts';

export interface DiskStoreOptions {
  /** Absolute, or relative to the working folder; made where it is missing. It may itself be a symlink. */
  readonly directory: string;
  /** Does `put` resolve only when the bytes survive a power cut? Costs a few `fsync`s each; caches go without. */
  readonly durable: boolean;
}

/**
 * Blobs as files: the key is the path below the folder. Files are written below `.tmp` and renamed, so that what has a
 * key is whole. Files that others wrote are read whatever their mode; symlinks anywhere below the folder are absent.
 * Where `put` rejects, the blob may be there, but then it is whole: the sync of its folder was what failed.
 */
export async function openDiskStore({ directory, durable }: DiskStoreOptions): Promise<BlobStore> {
  const { root, folders, looks, temporary } = await openTree(resolve(directory), durable);

  const put = async (key: string, content: BlobContent): Promise<void> => {
    const segments = parseBlobKey(key);
    if ('path' in content && !temporary.owns(content.path)) {
      throw new Error(`Expected a path that temporaryFile() gave, got ${content.path}`);
    }
    await failingAs(`store ${key}`, async () => {
      const path = 'path' in content ? content.path : temporary.nextPath();
      try {
        if ('path' in content) await settleFile(path, durable);
        else await writeTemporary(path, content.bytes);
        await moveIntoPlace({ root, folders, path, segments });
      } catch (error) {
        await rm(path, { force: true }).catch(() => undefined);
        throw error;
      }
      if (durable) await syncFolders(root, segments.slice(0, -1));
    });
  };

  async function writeTemporary(path: string, bytes: Uint8Array): Promise<void> {
    try {
      await writeFile(path, bytes, durable);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await temporary.make();
      await writeFile(path, bytes, durable);
    }
  }

  return {
    put,
    ...readingSide({ root, folders, looks }),
    ...deletingSide({ root, folders, durable }),
    temporaryFile: () =>
      failingAs('make a temporary file', async () => {
        await temporary.make();
        return temporary.nextPath();
      }),
    freeBytes: () =>
      failingAs('ask for the free space', async () => {
        const { bavail, bsize } = await statfs(root);
        return bavail * bsize;
      }),
    close: async () => temporary.close(),
  };
}

async function openTree(directory: string, durable: boolean) {
  return await failingAs(`use the folder ${directory}`, async () => {
    await makeRoot(directory, durable);
    const root = await realpath(directory);
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
    const folders = createFolders(root);
    const looks = await createLooks(root);
    return { root, folders, looks, temporary: await openTemporaryFolder(root, folders) };
  });
}

function readingSide(tree: {
  root: string;
  folders: Folders;
  looks: Looks;
}): Pick<BlobStore, 'get' | 'stat' | 'read' | 'materialize' | 'touch' | 'list'> {
  const { root, folders, looks } = tree;
  const openBlob = async (segments: readonly string[]) => {
    if (!(await folders.has(segments.slice(0, -1)))) return undefined;
    return await openFile(join(root, ...segments));
  };
  const stat = async (key: string): Promise<BlobStat | undefined> => {
    const seen = looks.atOnce(key);
    if (seen !== undefined) return seen;
    const segments = parseBlobKey(key);
    const stats = await failingAs(`look up ${key}`, () => findFile(tree, segments));
    if (stats !== undefined) looks.noteSeen(key);
    return stats;
  };
  return {
    stat,
    async get(key) {
      const segments = parseBlobKey(key);
      return await failingAs(`read ${key}`, async () => {
        const blob = await openBlob(segments);
        return blob === undefined ? undefined : await readFile(blob);
      });
    },
    async read(key, range) {
      const segments = parseBlobKey(key);
      const blob = await failingAs(`read ${key}`, () => openBlob(segments));
      // The stream closes the file, at its end and when it is destroyed.
      return blob?.file.createReadStream(range === undefined ? {} : { start: range.start, end: range.end });
    },
    async materialize(key) {
      const stats = await stat(key);
      if (stats === undefined) return undefined;
      return { path: join(root, key), offset: 0, length: stats.bytes, release: async () => undefined };
    },
    async touch(key) {
      const segments = parseBlobKey(key);
      await failingAs(`touch ${key}`, async () => {
        if (!(await folders.has(segments.slice(0, -1)))) return;
        const now = new Date();
        await lutimes(join(root, ...segments), now, now).catch(throwUnlessAbsent);
      });
    },
    async *list(prefix) {
      const segments = prefix === undefined ? [] : parseBlobKey(prefix);
      try {
        if (await folders.has(segments)) yield* listFiles(root, segments);
      } catch (error) {
        throw storageError(error, `list ${prefix ?? 'all blobs'}`);
      }
    },
  };
}

function deletingSide(tree: {
  root: string;
  folders: Folders;
  durable: boolean;
}): Pick<BlobStore, 'delete' | 'deleteAll'> {
  const { root, folders, durable } = tree;
  /** After something was removed: the folders that became empty go, and that survives a power cut. */
  const settle = async (segments: readonly string[]): Promise<void> => {
    const left = await removeEmptyFolders(root, segments);
    if (durable) await syncFolder(left);
  };
  const clearFolder = async (segments: readonly string[]): Promise<number> => {
    const { files, folders: inner } = await readFolder(root, segments);
    let count = 0;
    for (const name of inner) count += await clearFolder([...segments, name]);
    for (const name of files) if (await removeFile(join(root, ...segments, name))) count += 1;
    const path = join(root, ...segments);
    if (!(await removeEmptyFolder(path)) && durable) await syncFolder(path);
    return count;
  };
  return {
    async delete(key) {
      const segments = parseBlobKey(key);
      return await failingAs(`delete ${key}`, async () => {
        if ((await findFile(tree, segments)) === undefined) return false;
        const removed = await removeFile(join(root, ...segments));
        if (removed) await settle(segments.slice(0, -1));
        return removed;
      });
    },
    async deleteAll(prefix) {
      const segments = parseBlobKey(prefix);
      return await failingAs(`delete all of ${prefix}`, async () => {
        if (!(await folders.has(segments))) return 0;
        const count = await clearFolder(segments);
        await settle(segments.slice(0, -1));
        return count;
      });
    },
  };
}

async function findFile(
  { root, folders }: { root: string; folders: Folders },
  segments: readonly string[],
): Promise<BlobStat | undefined> {
  if (!(await folders.has(segments.slice(0, -1)))) return undefined;
  return await statFile(join(root, ...segments));
}

/** How often a folder may be removed under our hands, by deletions of its last blob, before we call it a failure. */
const MOST_ATTEMPTS = 64;

async function moveIntoPlace(move: {
  root: string;
  folders: Folders;
  path: string;
  segments: readonly string[];
}): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await move.folders.make(move.segments.slice(0, -1));
      await rename(move.path, join(move.root, ...move.segments));
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === MOST_ATTEMPTS) throw error;
      move.folders.forget(move.segments.slice(0, -1));
    }
  }
}

async function failingAs<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, action);
  }
}
