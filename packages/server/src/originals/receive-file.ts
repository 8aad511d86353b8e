import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { storageError } from '../blobs/storage-error.ts';
import { ServiceError } from '../errors.ts';

/** A file that holds what came; `discard` removes it (nothing where it was renamed away). */
export interface ReceivedFile {
  readonly bytes: number;
  discard(): Promise<void>;
}

/**
 * Writes a stream to a new file, at most `maxBytes`. Rejects with `too_many_bytes` at the first byte too many, with
 * the stream's own error, or with `disk_full`/`storage_failed`; then no file is left.
 */
export async function receiveFile(options: {
  stream: Readable;
  path: string;
  maxBytes: number;
}): Promise<ReceivedFile> {
  const { stream, path, maxBytes } = options;
  const discard = () => rm(path, { force: true });
  try {
    return { bytes: await writeAll(stream, path, maxBytes), discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function writeAll(stream: Readable, path: string, maxBytes: number): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw storageError(error);
  });
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooManyBytes(maxBytes);
      await file.write(chunk).catch((error: unknown) => {
        throw storageError(error);
      });
    }
  } finally {
    await file.close();
  }
  return bytes;
}

/** The error for more bytes than may come in. */
export function tooManyBytes(maxBytes: number): ServiceError {
  return new ServiceError(
    'too_many_bytes',
    `the picture has more than ${maxBytes} bytes, the most that is taken`,
  );
}
