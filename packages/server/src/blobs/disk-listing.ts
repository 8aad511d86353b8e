import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isBlobKeyDepth, isBlobKeySegment } from './blob-key.ts';
import type { BlobListing } from './blob-store.ts';
import { statFile } from './disk-files.ts';
import { throwUnlessAbsent } from './storage-error.ts';

/** Files asked for at once. More would let a long listing take all of the thread pool from the requests. */
const STATS_AT_ONCE = 16;

/**
 * Every blob in the folder of `segments` below `root`, folder by folder. Names that cannot be in a key, symlinks and
 * whatever else is no plain file are passed over; what vanishes meanwhile is left out.
 */
export async function* listFiles(root: string, segments: readonly string[]): AsyncGenerator<BlobListing> {
  const waiting = [segments];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const { files, folders } = await readFolder(root, folder);
    for (const name of folders) {
      if (isBlobKeyDepth(folder.length + 2)) waiting.push([...folder, name]);
    }
    for (let at = 0; at < files.length; at += STATS_AT_ONCE) {
      const names = files.slice(at, at + STATS_AT_ONCE);
      const found = await Promise.all(names.map((name) => listFile(root, [...folder, name])));
      for (const listing of found) if (listing !== undefined) yield listing;
    }
  }
}

/** The names in a folder that the store may touch; none where there is no such folder. */
export async function readFolder(
  root: string,
  segments: readonly string[],
): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for (const entry of await readdir(join(root, ...segments), { withFileTypes: true })) {
      if (!isBlobKeySegment(entry.name)) continue;
      if (entry.isFile()) files.push(entry.name);
      else if (entry.isDirectory()) folders.push(entry.name);
    }
  } catch (error) {
    throwUnlessAbsent(error);
  }
  return { files, folders };
}

async function listFile(root: string, segments: readonly string[]): Promise<BlobListing | undefined> {
  const stats = await statFile(join(root, ...segments));
  return stats === undefined ? undefined : { key: segments.join('/'), ...stats };
}
