import { constants, type Stats, writeFile as writeWithCallback } from 'node:fs';
import { type FileHandle, lstat, open, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BlobStat } from './blob-store.ts';
import { throwUnlessAbsent } from './storage-error.ts';

/** A plain file, open for reading; whoever has it closes it. */
export interface OpenFile {
  readonly file: FileHandle;
  readonly bytes: number;
}

/** What is known of a plain file; undefined where there is none, a symlink or a folder included. */
export async function statFile(path: string): Promise<BlobStat | undefined> {
  try {
    return plainFile(await lstat(path));
  } catch (error) {
    throwUnlessAbsent(error);
    return undefined;
  }
}

/** What `lstat` says of a plain file; undefined of anything else. */
export function plainFile(stats: Stats): BlobStat | undefined {
  return stats.isFile() ? { bytes: stats.size, modifiedMs: stats.mtimeMs } : undefined;
}

/** Opens a plain file; undefined where there is none, a symlink or a folder included. */
export async function openFile(path: string): Promise<OpenFile | undefined> {
  let file: FileHandle;
  try {
    // O_NONBLOCK: a pipe of that name would otherwise hold a thread until somebody writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throwUnlessAbsent(error);
    return undefined;
  }
  try {
    const stats = await file.stat();
    if (stats.isFile()) return { file, bytes: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

/** All bytes of an open file, which it closes. */
export async function readFile({ file, bytes }: OpenFile): Promise<Buffer> {
  try {
    // Not from Node's pool of small buffers: one that is kept for long would keep its whole slab.
    const whole = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    while (at < bytes) {
      const { bytesRead } = await file.read(whole, at, bytes - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return whole.subarray(0, at);
  } finally {
    await file.close();
  }
}

/** Writes a new file for this user alone; where `durable`, its bytes are on the disk when it resolves. */
export async function writeFile(path: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  await write(path, bytes, { flag: 'wx', mode: 0o600, flush: durable });
}

// With callbacks it costs a third less than through a `FileHandle`.
const write = promisify(writeWithCallback);

/** Does to a file that a caller has written what `writeFile` does to ours. */
export async function settleFile(path: string, durable: boolean): Promise<void> {
  const opened = await openFile(path);
  if (opened === undefined) throw new Error(`There is no file at ${path}`);
  try {
    await opened.file.chmod(0o600);
    if (durable) await opened.file.sync();
  } finally {
    await opened.file.close();
  }
}

/** Removes a file; true where there was one. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    throwUnlessAbsent(error);
    return false;
  }
}
