import { randomUUID } from 'node:crypto';
import { chmod, chown, copyFile, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ServiceError } from '../errors.ts';
import type { RenderJob } from './protocol.ts';
import type { UnprivilegedUser } from './unprivileged-user.ts';

/** A job whose original the render process may read, until it is released. */
export interface LentJob {
  readonly job: RenderJob;
  /** Never rejects. */
  release(): Promise<void>;
}

/** Where originals are handed to render processes whose user may not read them where they lie. */
export interface Spool {
  /** Copies the original, if it is a file. Rejects with `not_found`, `disk_full` or `storage_failed`. */
  lend(job: RenderJob): Promise<LentJob>;
  /** Removes the folder with all that is in it. */
  close(): Promise<void>;
}

const PREFIX = 'images-server-spool-';

/**
 * Opens a spool in a folder of its own inside `parent`, and removes what servers that were killed have left there.
 * The copies are readable by `user` alone. Throws a plain Error where that user cannot reach the folder at all.
 */
export async function openSpool({
  parent,
  user,
}: {
  parent: string;
  user: UnprivilegedUser;
}): Promise<Spool> {
  await sweep(parent);
  await checkReachable(parent);
  const directory = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  // To be passed through, not to be looked around in.
  await chmod(directory, 0o711);

  return {
    async lend(job) {
      if (!('path' in job.input)) return { job, release: async () => {} };
      const path = join(directory, randomUUID());
      // What cannot be removed now goes with the folder.
      const release = () => rm(path, { force: true }).catch(() => {});
      try {
        await copyFile(job.input.path, path);
        await chown(path, user.uid, user.gid);
        await chmod(path, 0o400);
      } catch (cause) {
        await release();
        throw lendingFailed(cause);
      }
      return { job: { ...job, input: { ...job.input, path } }, release };
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/**
 * Where a spool best lies: in memory if `neededBytes` are free there (a copy costs a sixth of what it does on disk), else
 * in the system's folder for temporary files.
 */
export async function spoolParent(neededBytes: number): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(SHARED_MEMORY);
    if (bavail * bsize >= neededBytes) return SHARED_MEMORY;
  } catch {
    // Only Linux has it.
  }
  return tmpdir();
}

const SHARED_MEMORY = '/dev/shm';

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return systemCodeOf(error) === 'EPERM';
  }
}

async function checkReachable(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & 0o001) === 0) {
    throw new Error(`render processes cannot reach the spool: ${directory} is closed to other users`);
  }
  if (dirname(directory) !== directory) await checkReachable(dirname(directory));
}

const CODES: Readonly<Record<string, 'not_found' | 'disk_full'>> = {
  ENOENT: 'not_found',
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
};

function lendingFailed(cause: unknown): ServiceError {
  const systemCode = systemCodeOf(cause);
  const code = CODES[systemCode] ?? 'storage_failed';
  return new ServiceError(code, `the original could not be handed to a render process (${systemCode})`, {
    cause,
  });
}

function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
