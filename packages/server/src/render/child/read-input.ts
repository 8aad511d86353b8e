import { closeSync, openSync, readSync } from 'node:fs';
import { ServiceError } from '../../errors.ts';
import type { RenderInput } from '../protocol.ts';

/**
 * The original's bytes. They are read at once and synchronously: the process has nothing else to do, and decoders that
 * read from memory cannot be led to other files. Throws `not_found` where the file is gone or shorter than promised.
 */
export function readInput(input: RenderInput): Buffer {
  if ('bytes' in input) {
    return Buffer.from(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength);
  }
  const file = open(input.path);
  try {
    const bytes = Buffer.allocUnsafeSlow(input.length);
    for (let filled = 0; filled < input.length; ) {
      const read = readSync(file, bytes, filled, input.length - filled, input.offset + filled);
      if (read === 0) throw new ServiceError('not_found', 'the original is shorter than it was');
      filled += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new ServiceError('not_found', 'the original is gone', { cause });
  }
}
