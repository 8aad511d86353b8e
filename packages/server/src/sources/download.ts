import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { storageError } from '../blobs/storage-error.ts';
import { ServiceError } from '../errors.ts';

/** What was written. */
export interface Download {
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/**
 * Writes a body into a file and hashes it on the way. What counts is the bytes that come, whatever was announced:
 * rejects with `too_many_bytes` at the first one too many, with the body's own error, or with `disk_full` or
 * `storage_failed`. The file, however much of it was written, is the caller's to remove.
 */
export async function download(options: {
  body: AsyncIterable<Buffer>;
  path: string;
  maxBytes: number;
}): Promise<Download> {
  const { body, path, maxBytes } = options;
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'w', 0o600).catch(failStorage);
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooManyBytes(maxBytes);
      hash.update(chunk);
      await file.writeFile(chunk).catch(failStorage);
    }
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The error for a remote picture that is larger than may come in. */
export function tooManyBytes(maxBytes: number): ServiceError {
  return new ServiceError(
    'too_many_bytes',
    `the remote picture has more than ${maxBytes} bytes, the most that is taken`,
  );
}

function failStorage(error: unknown): never {
  throw storageError(error, 'keep the remote picture');
}
