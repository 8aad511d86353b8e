import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Makes a folder for this server inside `parent`, and removes those of the same kind that servers that were killed have left
 * there. `forOthers`: render processes of another user are to pass through it; throws a plain Error where they cannot
 * reach `parent`.
 */
export async function makeOwnFolder(options: {
  parent: string;
  prefix: string;
  forOthers: boolean;
}): Promise<string> {
  const { parent, prefix, forOthers } = options;
  await sweep(parent, prefix);
  if (forOthers && !(await isReachable(parent))) {
    throw new Error(`render processes cannot reach what is theirs: ${parent} is closed to other users`);
  }
  const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  // To be passed through, not to be looked around in.
  if (forOthers) await chmod(folder, 0o711);
  return folder;
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
