import type { Readable } from 'node:stream';
import type { Multipart, MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
import { unlessStalled } from './stalled-body.ts';

/** What has been made of a file that came; `discard` removes it. */
interface Received {
  discard(): Promise<void>;
}

/**
 * Hands over the one file of a multipart body, in the field `file`. Reads the whole body: what comes after the picture may
 * still make the request a bad one, and what was received of it is then discarded. Rejects with `bad_multipart`.
 */
export async function receiveMultipart<Kind extends Received>(
  request: FastifyRequest,
  receive: (stream: Readable) => Promise<Kind>,
): Promise<Kind> {
  if (!request.isMultipart())
    throw badMultipart('expected multipart/form-data with the picture in the field `file`');
  let received: Kind | undefined;
  try {
    for await (const part of partsOf(request)) {
      if (part.type === 'file') received = await receivePart(part, receive, received);
      else assertShortField(part);
    }
  } catch (error) {
    await received?.discard();
    throw multipartError(error);
  }
  if (received === undefined) throw badMultipart('expected the picture in the field `file`');
  return received;
}

async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  const parts = request.parts();
  for (;;) {
    const next = await unlessStalled(request.raw, parts.next());
    if (next.done) return;
    yield next.value;
  }
}

const MAX_FIELD_NAME_LENGTH = 100;

/** What is cut off is more than anybody needs who sends a picture. The parser has no limit for names in multipart bodies. */
function assertShortField({ fieldname, valueTruncated }: MultipartValue): void {
  if (fieldname.length > MAX_FIELD_NAME_LENGTH || valueTruncated) throw badMultipart('a field is too long');
}

async function receivePart<Kind extends Received>(
  part: MultipartFile,
  receive: (stream: Readable) => Promise<Kind>,
  earlier: Kind | undefined,
): Promise<Kind> {
  if (part.fieldname !== 'file' || earlier !== undefined) {
    throw badMultipart('expected exactly one file, in the field `file`');
  }
  return receive(part.file);
}

function badMultipart(message: string, cause?: unknown): ServiceError {
  return new ServiceError('bad_multipart', message, { cause });
}

/** The parser's own complaints (limits, a body that ends early) are the client's doing; ours pass through. */
function multipartError(error: unknown): unknown {
  if (error instanceof ServiceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return badMultipart(`the multipart body cannot be read: ${message}`, error);
}
