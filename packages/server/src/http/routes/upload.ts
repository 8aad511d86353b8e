import type { Readable } from 'node:stream';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../errors.ts';
import type { Originals } from '../../originals/originals.ts';
import type { ReceivedUpload } from '../../originals/receive-upload.ts';
import { clientSignal } from '../client-signal.ts';
import { requestQuery } from '../request-target.ts';
import type { PermitUpload } from '../upload-permission.ts';

/** `POST /upload`: multipart, the picture in the field `file`. */
export function uploadRoute(
  app: FastifyInstance,
  dependencies: { originals: Originals; permitUpload: PermitUpload; uploadEnabled: boolean },
): void {
  const { originals, permitUpload, uploadEnabled } = dependencies;

  app.post('/upload', async (request, reply) => {
    requestQuery(request, []);
    if (!uploadEnabled) throw new ServiceError('upload_disabled', 'uploading is switched off here');
    const permission = await permitUpload(request.headers.authorization);
    try {
      const received = await receiveUpload(request, (stream) => originals.receive(stream, permission.terms));
      try {
        const checked = await received.check(clientSignal(reply.raw));
        const hash = await permission.spend(() => checked.store());
        const { width, height, format, bytes } = checked.facts;
        return { hash, status: 'success', width, height, format, bytes, url: `/image/${hash}` };
      } finally {
        await received.discard();
      }
    } finally {
      permission.end();
    }
  });
}

type Receive = (stream: Readable) => Promise<ReceivedUpload>;

/** Reads the whole body: what comes after the picture may still make the request a bad one. */
async function receiveUpload(request: FastifyRequest, receive: Receive): Promise<ReceivedUpload> {
  if (!request.isMultipart())
    throw badMultipart('expected multipart/form-data with the picture in the field `file`');
  let received: ReceivedUpload | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') received = await receivePart(part, receive, received);
    }
  } catch (error) {
    await received?.discard();
    throw multipartError(error);
  }
  if (received === undefined) throw badMultipart('expected the picture in the field `file`');
  return received;
}

async function receivePart(part: MultipartFile, receive: Receive, earlier: ReceivedUpload | undefined) {
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
