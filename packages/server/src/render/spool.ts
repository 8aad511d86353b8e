import { randomUUID } from 'node:crypto';
import { chmod, chown, copyFile, statfs, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '../errors.ts';
import { makeOwnFolder } from './own-folder.ts';
import type { RenderInput, RenderJob, RenderOverlay } from './protocol.ts';
import { createSharedCopies } from './shared-copies.ts';
import { SHARED_MEMORY } from './shared-memory.ts';
import type { UnprivilegedUser } from './unprivileged-user.ts';

/** A job whose pictures the render process may read, until it is released. */
export interface LentJob {
  readonly job: RenderJob;
  /** Never rejects. */
  release(): Promise<void>;
}

/** Where originals are handed to render processes whose user may not read them where they lie. */
export interface Spool {
  /** Copies the original and the overlays, as far as they are files. Rejects with `not_found`, `disk_full` or `storage_failed`. */
  lend(job: RenderJob): Promise<LentJob>;
  /** Removes the folder with all that is in it. */
  close(): Promise<void>;
}

const PREFIX = 'images-server-spool-';
/** Pages show one picture in several sizes: the next job for it comes within moments. A deleted picture is gone as soon. */
const KEPT_MS = 2000;

/**
 * Opens a spool in a folder of its own inside `parent`, and removes what servers that were killed have left there.
 * The copies are readable by `user` alone. Throws a plain Error where that user cannot reach the folder at all.
 */
export async function openSpool({
  parent,
  user,
  keptMs = KEPT_MS,
}: {
  parent: string;
  user: UnprivilegedUser;
  keptMs?: number;
}): Promise<Spool> {
  const folder = await makeOwnFolder({ parent, prefix: PREFIX, forOthers: true });

  // What cannot be removed now goes with the folder.
  const remove = (copy: string) => unlink(copy).catch(() => {});

  async function make(original: string): Promise<string> {
    const copy = join(folder.path, randomUUID());
    try {
      await copyFile(original, copy);
      await chown(copy, user.uid, user.gid);
      await chmod(copy, 0o400);
      return copy;
    } catch (cause) {
      await remove(copy);
      throw lendingFailed(cause);
    }
  }

  const copies = createSharedCopies({ make, remove, keptMs });

  async function lendInput(input: RenderInput): Promise<LentInput> {
    if (!('path' in input)) return { input, release: async () => {} };
    const { path, release } = await copies.take(input.path, input.offset + input.length);
    return { input: { ...input, path }, release };
  }

  return {
    lend: (job) => lendJob(job, lendInput),
    close: async () => {
      copies.close();
      await folder.remove();
    },
  };
}

interface LentInput {
  readonly input: RenderInput;
  release(): Promise<void>;
}

async function lendJob(
  job: RenderJob,
  lendInput: (input: RenderInput) => Promise<LentInput>,
): Promise<LentJob> {
  const lent: LentInput[] = [];
  const lend = async (input: RenderInput): Promise<RenderInput> => {
    const mine = await lendInput(input);
    lent.push(mine);
    return mine.input;
  };
  const release = async () => {
    await Promise.all(lent.map((mine) => mine.release()));
  };
  try {
    const input = await lend(job.input);
    if (job.kind !== 'render' || job.overlays === undefined) return { job: { ...job, input }, release };
    const overlays: RenderOverlay[] = [];
    for (const overlay of job.overlays) overlays.push({ ...overlay, input: await lend(overlay.input) });
    return { job: { ...job, input, overlays }, release };
  } catch (error) {
    await release();
    throw error;
  }
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
