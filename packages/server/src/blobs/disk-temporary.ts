import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readlink, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { statFile } from './disk-files.ts';
import { FOLDER_MODE, type Folders } from './disk-folders.ts';
import { errnoOf, throwUnlessAbsent } from './storage-error.ts';

const NAME = '.tmp';

/** No file that is still being written stands still for as long as this. */
const ABANDONED_AFTER_MS = 15 * 60_000;

/** The folder of the files that are not blobs yet. Its name begins with a dot, so that no key can name it. */
export interface TemporaryFolder {
  /** A path that nobody else gets; there is no file yet. */
  nextPath(): string;
  /** Makes the folder where it is missing: whoever empties a cache by hand may take it along. */
  make(): Promise<void>;
  /** Does the path lie directly in this folder? */
  owns(path: string): boolean;
  close(): void;
}

/**
 * Opens `.tmp` below the root and sweeps what dead processes left there. Another server may be at work on the same tree,
 * so a file goes only where its process, named in the file's name, is known to be dead, or where nobody has written it
 * for 15 minutes; processes of another machine or container cannot be asked, and what they left is swept again when
 * that time is over.
 */
export async function openTemporaryFolder(root: string, folders: Folders): Promise<TemporaryFolder> {
  const folder = join(root, NAME);
  const make = async (): Promise<void> => {
    await mkdir(root, { recursive: true, mode: FOLDER_MODE });
    folders.forget([NAME]);
    await folders.make([NAME]);
  };
  await make();
  const scope = await processScope();
  await sweep(folder, scope);
  const again = setTimeout(() => void sweep(folder, scope).catch(() => undefined), ABANDONED_AFTER_MS + 1000);
  again.unref();
  let count = 0;
  return {
    make,
    nextPath() {
      count += 1;
      return join(folder, `${scope}-${process.pid}-${PROCESS_MARK}-${count}`);
    },
    owns: (path) => dirname(path) === folder,
    close: () => clearTimeout(again),
  };
}

/** Tells this process from an earlier one that had the same number, as in a container that was started again. */
const PROCESS_MARK = randomBytes(6).toString('hex');

const TEMPORARY_NAME = /^([0-9a-f]{8})-(\d{1,10})-([0-9a-f]{12})-/;

/** Names the machine and, on Linux, the process namespace: process numbers mean nothing outside. */
async function processScope(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return createHash('sha256').update(`${hostname()}\n${namespace}`).digest('hex').slice(0, 8);
}

async function sweep(folder: string, scope: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (isOrphan(name, scope) || (await isAbandoned(path))) await unlink(path).catch(throwUnlessAbsent);
  }
}

function isOrphan(name: string, scope: string): boolean {
  const [, itsScope, pid, mark] = TEMPORARY_NAME.exec(name) ?? [];
  if (itsScope !== scope || pid === undefined) return false;
  return Number(pid) === process.pid ? mark !== PROCESS_MARK : !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as somebody else.
    return errnoOf(error) !== 'ESRCH';
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const stats = await statFile(path);
  return stats !== undefined && Date.now() - stats.modifiedMs > ABANDONED_AFTER_MS;
}
