import { chmod, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A folder for as long as the server runs. */
export interface OwnFolder {
  readonly path: string;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/** Well below the age at which systems clear what lies unused in their folder for temporary files: days. */
const REFRESH_MS = 6 * 60 * 60 * 1000;

/**
 * Makes a folder for this server inside `parent`, and removes those of the same kind that servers that were killed have left
 * there. `forOthers`: render processes of another user are to pass through it; throws a plain Error where they cannot
 * reach `parent`. What is in it is kept from looking unused.
 */
export async function makeOwnFolder(options: {
  parent: string;
  prefix: string;
  forOthers: boolean;
}): Promise<OwnFolder> {
  const { parent, prefix, forOthers } = options;
  await sweep(parent, prefix);
  if (forOthers && !(await isReachable(parent))) {
    throw new Error(`render processes cannot reach what is theirs: ${parent} is closed to other users`);
  }
  const path = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  // To be passed through, not to be looked around in.
  if (forOthers) await chmod(path, 0o711);
  const refreshing = setInterval(() => void refresh(path), REFRESH_MS).unref();
  return {
    path,
    remove() {
      clearInterval(refreshing);
      return rm(path, { recursive: true, force: true });
    },
  };
}

/** Marks a folder and all that is in it as used now, as far as it is there. */
export async function refresh(path: string): Promise<void> {
  const names = await readdir(path, { recursive: true }).catch(() => []);
  const now = new Date();
  for (const name of ['.', ...names]) await utimes(join(path, name), now, now).catch(() => {});
}

async function sweep(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    // Those of another user's servers are not ours to remove.
    if (!isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** True where any user may pass through the folder and all those around it. */
export async function isReachable(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || (await isReachable(dirname(folder)));
}
