import { closeSync, openSync, readSync } from 'node:fs';
import { ServiceError } from '../../errors.ts';
import type { RenderInput } from '../protocol.ts';

/** The most that is kept between two originals. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
/** Of originals that may be asked for again; one takes at most half of it. */
const RECENT_BYTES = 8 * 1024 * 1024;
const RECENT_MS = 2000;

/**
 * Gives an original's bytes, valid until the next call: files are read into memory that is kept, since fresh memory for
 * each costs more than the reading (a tenth of the time of a small render of a large PNG). Those of the last two seconds
 * are not read again, as far as they are small: pages show one picture in several sizes.
 *
 * They are read whole, because decoders that read from memory cannot be led to other files; and synchronously, because
 * the process has nothing else to do. Throws `not_found` where the file is gone or shorter than promised, and
 * `storage_failed` where it is there but cannot be read.
 */
export function createInputReader(
  now: () => number = () => performance.now(),
): (input: RenderInput) => Buffer {
  let kept = Buffer.alloc(0);
  const recent = createRecentOriginals(now);

  function memoryOf(length: number): Buffer {
    if (length > MAX_KEPT_BYTES) return Buffer.allocUnsafeSlow(length);
    if (length > kept.length) kept = Buffer.allocUnsafeSlow(length);
    return kept.subarray(0, length);
  }

  return (input) => {
    if ('bytes' in input) {
      return Buffer.from(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength);
    }
    const { id, length } = input;
    if (id === undefined || length > RECENT_BYTES / 2) return readFile(input, memoryOf(length));
    const known = recent.get(id);
    if (known?.length === length) return known;
    const bytes = readFile(input, recent.place(length));
    recent.note(id, bytes);
    return bytes;
  };
}

/** The last originals that were read, one behind the other in memory that is filled round and round. */
function createRecentOriginals(now: () => number) {
  let memory: Buffer | undefined;
  let end = 0;
  const originals = new Map<string, { readonly bytes: Buffer; readonly readMs: number }>();

  return {
    get(id: string): Buffer | undefined {
      const original = originals.get(id);
      return original && now() - original.readMs < RECENT_MS ? original.bytes : undefined;
    },
    /** Memory for the next one; whatever lay there is forgotten. */
    place(length: number): Buffer {
      memory ??= Buffer.allocUnsafeSlow(RECENT_BYTES);
      const start = end + length > RECENT_BYTES ? 0 : end;
      end = start + length;
      for (const [id, { bytes }] of originals) {
        if (bytes.byteOffset < end && bytes.byteOffset + bytes.length > start) originals.delete(id);
      }
      return memory.subarray(start, end);
    },
    note(id: string, bytes: Buffer): void {
      originals.set(id, { bytes, readMs: now() });
    },
  };
}

function readFile(input: { path: string; offset: number }, bytes: Buffer): Buffer {
  const file = open(input.path);
  try {
    fill(bytes, file, input.offset);
    return bytes;
  } finally {
    closeSync(file);
  }
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
