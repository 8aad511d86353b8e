import { randomUUID } from 'node:crypto';
import { mkdir, readdir, realpath, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ConfigurationProblem } from './configuration-error.ts';

/** A folder that the server writes to, by the setting that names it; `path` is absolute. */
export interface ConfiguredFolder {
  readonly name: string;
  readonly path: string;
}

/**
 * Makes the folders where they are missing (for this user only) and writes and removes a file in each. No folder may be
 * another or lie inside it: a cache within `uploads/` would be taken for originals, originals within the cache would be
 * swept, and `uploads/cache` holds the old variants of the server that this one follows. A full disk is a warning:
 * what is stored can still be served.
 */
export async function prepareFolders(
  folders: readonly ConfiguredFolder[],
): Promise<{ problems: ConfigurationProblem[]; warnings: string[] }> {
  const overlaps = await overlapProblems(folders);
  if (overlaps.length > 0) return { problems: overlaps, warnings: [] };
  const problems: ConfigurationProblem[] = [];
  const warnings: string[] = [];
  for (const { name, path } of folders) {
    const fault = await writeFault(path);
    if (fault === undefined) continue;
    if (isFull(fault)) warnings.push(`${name}: the disk of ${path} is full; nothing can be stored there`);
    else
      problems.push({
        name,
        given: path,
        message: `names a folder that cannot be written: ${reason(fault)}`,
      });
  }
  return { problems, warnings };
}

/** The absolute path of a folder that the server only reads, and what is wrong with it; none where none is given. */
export async function existingFolderAt(
  name: string,
  given: string | undefined,
  startFolder: string,
): Promise<{ path: string | undefined; problems: ConfigurationProblem[] }> {
  if (given === undefined) return { path: undefined, problems: [] };
  const path = resolve(startFolder, given);
  try {
    await readdir(path);
    return { path, problems: [] };
  } catch (error) {
    const message = `names no folder that can be read (${errorCode(error)})`;
    return { path, problems: [{ name, given, message }] };
  }
}

async function overlapProblems(folders: readonly ConfiguredFolder[]): Promise<ConfigurationProblem[]> {
  const problems: ConfigurationProblem[] = [];
  const real = await Promise.all(
    folders.map(async (folder) => ({ ...folder, path: await realPath(folder.path) })),
  );
  for (const [index, folder] of real.entries()) {
    for (const other of real.slice(index + 1)) {
      const position = relativePosition(other.path, folder.path);
      if (position === undefined) continue;
      const message = `names a folder that ${position} the folder of ${folder.name} (${folder.path}): each needs its own`;
      problems.push({ name: other.name, given: other.path, message });
    }
  }
  return problems;
}

function relativePosition(path: string, other: string): 'is' | 'lies inside' | 'contains' | undefined {
  if (path === other) return 'is';
  if (contains(other, path)) return 'lies inside';
  return contains(path, other) ? 'contains' : undefined;
}

function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** The path with symbolic links followed, as far as it exists. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent), relative(parent, path));
  }
}

/** Tries to write; undefined where it works. */
async function writeFault(path: string): Promise<unknown> {
  const probe = join(path, `.write-check-${randomUUID()}`);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await writeFile(probe, 'written at start to see whether this folder can be written\n', {
      flag: 'wx',
      mode: 0o600,
    });
    await unlink(probe);
    return undefined;
  } catch (error) {
    // Where the disk was full, the file was made all the same.
    await unlink(probe).catch(() => undefined);
    return error;
  }
}

function isFull(fault: unknown): boolean {
  const code = errorCode(fault);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function reason(fault: unknown): string {
  switch (errorCode(fault)) {
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there';
    case 'EROFS':
      return 'the file system is read-only';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'a part of the path is not a folder';
    default:
      return fault instanceof Error ? fault.message : String(fault);
  }
}

function errorCode(fault: unknown): unknown {
  return fault instanceof Error && 'code' in fault ? fault.code : undefined;
}
