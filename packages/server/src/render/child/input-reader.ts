import { closeSync, openSync, readSync } from 'node:fs';
import { ServiceError } from '../../errors.ts';
import type { RenderInput } from '../protocol.ts';

/** The most that is kept between two originals. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/**
 * Gives an original's bytes, valid until the next call: files are read into memory that is kept, since fresh memory for
 * each costs more than the reading (a tenth of the time of a small render of a large PNG).
 *
 * They are read whole, because decoders that read from memory cannot be led to other files; and synchronously, because
 * the process has nothing else to do. Throws `not_found` where the file is gone or shorter than promised, and
 * `storage_failed` where it is there but cannot be read.
 */
export function createInputReader(): (input: RenderInput) => Buffer {
  let kept = Buffer.alloc(0);

  function memoryOf(length: number): Buffer {
    if (length > MAX_KEPT_BYTES) return Buffer.allocUnsafeSlow(length);
    if (length > kept.length) kept = Buffer.allocUnsafeSlow(length);
    return kept.subarray(0, length);
  }

  return (input) => {
    if ('bytes' in input) {
      return Buffer.from(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength);
    }
    const bytes = memoryOf(input.length);
    const file = open(input.path);
    try {
      fill(bytes, file, input.offset);
    } finally {
      closeSync(file);
    }
    return bytes;
  };
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT')
      throw new ServiceError('not_found', 'the original is gone', { cause });
    throw unreadable(cause);
  }
}

function fill(bytes: Buffer, file: number, offset: number): void {
  for (let filled = 0; filled < bytes.length; ) {
    const read = readPart(bytes, filled, { file, offset });
    if (read === 0) throw new ServiceError('not_found', 'the original is shorter than it was');
    filled += read;
  }
}

function readPart(bytes: Buffer, filled: number, { file, offset }: { file: number; offset: number }): number {
  try {
    return readSync(file, bytes, filled, bytes.length - filled, offset + filled);
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** Not the same as gone: it is there, and whoever runs the server can do something about it. */
function unreadable(cause: unknown): ServiceError {
  return new ServiceError('storage_failed', `the original cannot be read (${systemCodeOf(cause)})`, {
    cause,
  });
}

function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
