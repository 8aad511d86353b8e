import { createReadStream } from 'node:fs';
import { operationsSegments } from '@images-server/recipe';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RemoteSource } from '../../sources/remote.ts';
import type { ServeVariant } from '../../variants/serve-variant.ts';
import { cacheControl } from '../cache-control.ts';
import { clientOf } from '../client-of.ts';
import { clientSignal } from '../client-signal.ts';
import { etagOf, MEDIA_TYPES, matchesEtag } from '../headers.ts';
import { sendVariant } from '../image-response.ts';
import { sendOriginal } from '../original-response.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { isOn, remoteUrl } from '../remote-request.ts';
import { stageTimerOf } from '../request-observer.ts';
import { requestQuery } from '../request-target.ts';

/** `GET /external?url=<url>[&operations=<op>/<arg>/...][&reset_cache=1]`. */
export function externalRoute(
  app: FastifyInstance,
  dependencies: {
    remote: RemoteSource;
    serveVariant: ServeVariant;
    readRecipe: ReadRecipe;
    externalEnabled: boolean;
    maxAgeSeconds: number;
  },
): void {
  const { remote, serveVariant, readRecipe, externalEnabled, maxAgeSeconds } = dependencies;

  app.route({ method: ['GET', 'HEAD'], url: '/external', handler: getExternal });

  async function getExternal(request: FastifyRequest, reply: FastifyReply) {
    const { url, operations, reset_cache } = requestQuery(request, ['url', 'operations', 'reset_cache']);
    const picture = {
      url: remoteUrl(request, url, { externalEnabled }),
      reset: isOn('reset_cache', reset_cache),
    };
    return operations === undefined || operations === ''
      ? getPicture(request, reply, picture)
      : getVariant(request, reply, { ...picture, operations });
  }

  async function getVariant(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { url: string; reset: boolean; operations: string },
  ) {
    const timer = stageTimerOf(request);
    const answer = await serveVariant({
      recipe: readRecipe(operationsSegments(asked.operations)),
      resolve: (signal) => remote.resolve(asked.url, { reset: asked.reset, signal }),
      client: clientOf(request.headers),
      holds: (key) => matchesEtag(request.headers['if-none-match'], etagOf(key)),
      timer,
      signal: clientSignal(reply.raw),
    });
    return sendVariant(reply, answer, { timer, maxAgeSeconds });
  }

  async function getPicture(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { url: string; reset: boolean },
  ) {
    const signal = clientSignal(reply.raw);
    const original = await remote.resolve(asked.url, { reset: asked.reset, signal });
    const local = await original.open(signal);
    reply.raw.once('close', () => void local.release());
    return sendOriginal(request, reply, {
      etag: etagOf(original.id),
      bytes: local.length,
      mediaType: MEDIA_TYPES[original.facts.format],
      cacheControl: cacheControl(original.freshness, maxAgeSeconds),
      read: async (range) =>
        createReadStream(local.path, {
          start: local.offset + (range?.start ?? 0),
          end: local.offset + (range?.end ?? local.length - 1),
        }),
    });
  }
}
