import type { MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../errors.ts';
import type { Originals, ReceivedUpload } from '../../originals/originals.ts';
import type { Authorize } from '../api-keys.ts';
import { clientSignal } from '../client-signal.ts';
import { requestQuery } from '../request-target.ts';

/** `POST /upload`: multipart, the picture in the field `file`. */
export function uploadRoute(
  app: FastifyInstance,
  dependencies: { originals: Originals; authorize: Authorize; uploadEnabled: boolean },
): void {
  const { originals, authorize, uploadEnabled } = dependencies;

  app.post('/upload', async (request, reply) => {
    requestQuery(request, []);
    if (!uploadEnabled) throw new ServiceError('upload_disabled', 'uploading is switched off here');
    authorize(request.headers.authorization, 'upload');
    const received = await receiveUpload(request, originals);
    try {
      const { hash, facts } = await received.keep(clientSignal(reply.raw));
      const { width, height, format, bytes } = facts;
      return { hash, status: 'success', width, height, format, bytes, url: `/image/${hash}` };
    } finally {
      await received.discard();
    }
  });
}

/** Reads the whole body: what comes after the picture may still make the request a bad one. */
async function receiveUpload(request: FastifyRequest, originals: Originals): Promise<ReceivedUpload> {
  if (!request.isMultipart())
    throw badMultipart('expected multipart/form-data with the picture in the field `file`');
  let received: ReceivedUpload | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') received = await receivePart(part, originals, received);
    }
  } catch (error) {
    await received?.discard();
    throw multipartError(error);
  }
  if (received === undefined) throw badMultipart('expected the picture in the field `file`');
  return received;
}

async function receivePart(part: MultipartFile, originals: Originals, earlier: ReceivedUpload | undefined) {
  if (part.fieldname !== 'file' || earlier !== undefined) {
    throw badMultipart('expected exactly one file, in the field `file`');
  }
  return originals.receive(part.file);
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
