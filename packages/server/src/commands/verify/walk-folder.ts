import { type Dirent, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Something in a store's folder that is no folder. */
export interface FoundFile {
  /** Below the folder that is walked, with `/` between its parts. */
  readonly path: string;
  readonly isPlainFile: boolean;
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modifiedMs: number;
}

/** Every file below a folder, in the order of their names; symlinks are not followed. What goes meanwhile is left out. */
export async function* walkFolder(root: string, below = ''): AsyncGenerator<FoundFile> {
  for (const entry of await entriesOf(join(root, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      yield* walkFolder(root, path);
      continue;
    }
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    yield { path, isPlainFile: stats.isFile(), bytes: stats.size, modifiedMs: stats.mtimeMs };
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    // Folders go when they become empty.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
