import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BlobContent } from '../blobs/blob-store.ts';

/** SHA-256 of a file or of bytes, 64 hex digits. */
export async function contentChecksum(content: BlobContent): Promise<string> {
  const hash = createHash('sha256');
  if ('path' in content) await pipeline(createReadStream(content.path), hash);
  else hash.update(content.bytes);
  return hash.digest('hex');
}
