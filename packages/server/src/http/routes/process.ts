import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../../errors.ts';
import type { PassingPicture, ReceivePassing } from '../../originals/receive-passing.ts';
import type { Renderer } from '../../render/renderer.ts';
import type { ServeVariant } from '../../variants/serve-variant.ts';
import type { Authorize } from '../api-keys.ts';
import { clientIdOf } from '../client-id.ts';
import { clientOf } from '../client-of.ts';
import { clientSignal } from '../client-signal.ts';
import { MEDIA_TYPES, serverTiming } from '../headers.ts';
import { receiveMultipart } from '../multipart-file.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { stageTimerOf } from '../request-observer.ts';
import { pathTail, requestQuery } from '../request-target.ts';

/** `POST /process/<op>/<arg>...`: the picture in the body, or in the multipart field `file`; answers its variant. */
export function processRoute(
  app: FastifyInstance,
  dependencies: {
    receivePassing: ReceivePassing;
    renderer: Pick<Renderer, 'assertRoom'>;
    /** One that keeps nothing. */
    serveOnce: ServeVariant;
    readRecipe: ReadRecipe;
    authorize: Authorize;
    processEnabled: boolean;
  },
): void {
  const { receivePassing, renderer, serveOnce, readRecipe, authorize, processEnabled } = dependencies;

  app.post('/process', async (request, reply) => {
    requestQuery(request, []);
    if (!processEnabled) throw new ServiceError('process_disabled', 'processing is switched off here');
    authorize(request.headers.authorization, 'process');
    const recipe = readRecipe(pathTail(request));
    // Before the body: a picture that cannot be decoded need not come.
    renderer.assertRoom(clientIdOf(request.raw));
    const signal = clientSignal(reply.raw);
    const picture = await receivePicture(request, receivePassing);
    try {
      const timer = stageTimerOf(request);
      const { variant } = await serveOnce({
        recipe,
        client: clientOf(request.headers),
        resolve: (resolveSignal) => picture.resolve(resolveSignal),
        holds: () => false,
        timer,
        signal,
      });
      if (variant === undefined)
        throw new ServiceError('internal', 'a variant that nobody holds was not made');
      return sendOnce(reply, { ...variant, timing: serverTiming(timer.stages) });
    } finally {
      await picture.discard();
    }
  });
}

async function receivePicture(request: FastifyRequest, receive: ReceivePassing): Promise<PassingPicture> {
  if (request.isMultipart()) return receiveMultipart(request, receive);
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (!RAW_BODY.test(type.trim())) {
    throw new ServiceError(
      'bad_request',
      'expected a picture: Content-Type image/* or application/octet-stream, or multipart/form-data with the field `file`',
    );
  }
  return receive(request.raw).catch((error: unknown) => {
    throw bodyError(request.raw, error);
  });
}

const RAW_BODY = /^(?:image\/[\w.+-]+|application\/octet-stream)$/i;

/** A body that breaks off is its client's doing. */
function bodyError(body: Readable, error: unknown): unknown {
  if (error instanceof ServiceError || !body.destroyed) return error;
  return new ServiceError('client_gone', 'the connection ended before the picture did', { cause: error });
}

function sendOnce(
  reply: FastifyReply,
  made: { bytes: Buffer; format: keyof typeof MEDIA_TYPES; timing: string },
): FastifyReply {
  return reply
    .headers({ 'cache-control': 'no-store', 'server-timing': made.timing })
    .type(MEDIA_TYPES[made.format])
    .send(made.bytes);
}
