import { randomUUID } from 'node:crypto';
import { accessSync, closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARED_MEMORY } from './shared-memory.ts';

/** How a render process is told which of its open files it is: a number, in its environment. */
export const RESULT_FILE_ENV = 'RENDER_RESULT_FILE';

/** What is larger takes the channel: the file keeps its memory from one job to the next. */
const MAX_BYTES = 4 * 1024 * 1024;
/** What is smaller is one piece of the channel, beside the rest of the answer. */
const MIN_BYTES = 16 * 1024;

/**
 * A file without a name, in memory where there is such a place, for the bytes of one render process's results: it writes,
 * then says so over the channel, and the server reads. The channel itself takes large messages in pieces, each with a
 * wake-up of both sides and copied three times: 2 to 4 % of a render whose result has 350 kB.
 */
export interface ResultFile {
  readonly descriptor: number;
  /** The first `length` bytes; undefined where they cannot be read. */
  read(length: number): Buffer | undefined;
  close(): void;
}

/** Opens an empty one; undefined where the system has no place for it: then all results take the channel. */
export function openResultFile(): ResultFile | undefined {
  try {
    const path = join(folderInMemory(), `images-server-result-${randomUUID()}`);
    const descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return {
      descriptor,
      read: (length) => readWhole(descriptor, length),
      close: () => closeSync(descriptor),
    };
  } catch {
    return undefined;
  }
}

function readWhole(descriptor: number, length: number): Buffer | undefined {
  try {
    // Not from Node's pool of small buffers: it may be kept for long, and would keep its whole slab.
    const bytes = Buffer.allocUnsafeSlow(length);
    return readSync(descriptor, bytes, 0, length, 0) === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function folderInMemory(): string {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
    return SHARED_MEMORY;
  } catch {
    return tmpdir();
  }
}

/** In the render process: leaves bytes in the file of that descriptor; false where they have to take the channel. */
export function leaveInFile(bytes: Uint8Array, descriptor: number): boolean {
  if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) return false;
  try {
    return writeSync(descriptor, bytes, 0, bytes.length, 0) === bytes.length;
  } catch {
    // No room left there, most likely.
    return false;
  }
}

/** True of what may be the length of bytes in such a file. */
export function isLengthInFile(length: unknown): length is number {
  return Number.isInteger(length) && Number(length) >= MIN_BYTES && Number(length) <= MAX_BYTES;
}
