import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../../errors.ts';
import type { DeletePicture } from '../../originals/delete-picture.ts';
import { notFound, type Originals } from '../../originals/originals.ts';
import { isPictureHash } from '../../originals/picture-hash.ts';
import type { ServeVariant } from '../../variants/serve-variant.ts';
import type { Authorize } from '../api-keys.ts';
import { cacheControl } from '../cache-control.ts';
import { clientOf } from '../client-of.ts';
import { clientSignal } from '../client-signal.ts';
import { etagOf, MEDIA_TYPES, matchesEtag } from '../headers.ts';
import type { HotAnswers } from '../hot-answers.ts';
import { sendVariant } from '../image-response.ts';
import { sendOriginal } from '../original-response.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { stageTimerOf } from '../request-observer.ts';
import { namedPath, requestQuery } from '../request-target.ts';

/** `GET /image/<hash>[/<op>/<arg>...]` and `DELETE /image/<hash>`. */
export function imageRoutes(
  app: FastifyInstance,
  dependencies: {
    originals: Originals;
    serveVariant: ServeVariant;
    readRecipe: ReadRecipe;
    deletePicture: DeletePicture;
    hotAnswers: HotAnswers;
    authorize: Authorize;
    deleteEnabled: boolean;
    maxAgeSeconds: number;
  },
): void {
  const {
    originals,
    serveVariant,
    readRecipe,
    deletePicture,
    hotAnswers,
    authorize,
    deleteEnabled,
    maxAgeSeconds,
  } = dependencies;

  app.route({ method: ['GET', 'HEAD'], url: '/image', handler: getImage });
  app.route({ method: 'DELETE', url: '/image', handler: deleteImage });

  async function getImage(request: FastifyRequest, reply: FastifyReply) {
    requestQuery(request, []);
    const { name: hash, segments } = namedPath(request);
    if (!isPictureHash(hash)) throw notFound();
    return segments.length === 0
      ? getOriginal(request, reply, hash)
      : getVariant(request, reply, hash, segments);
  }

  async function deleteImage(request: FastifyRequest) {
    requestQuery(request, []);
    if (!deleteEnabled) throw new ServiceError('delete_disabled', 'deleting is switched off here');
    authorize(request.headers.authorization, 'delete');
    const { name: hash, segments } = namedPath(request);
    if (segments.length > 0 || !(await deletePicture(hash))) throw notFound();
    return { status: 'success' };
  }

  async function getVariant(request: FastifyRequest, reply: FastifyReply, hash: string, segments: string[]) {
    const timer = stageTimerOf(request);
    const answer = await serveVariant({
      recipe: readRecipe(segments),
      resolve: (signal) => originals.resolve(hash, signal),
      client: clientOf(request.headers),
      holds: (key) => matchesEtag(request.headers['if-none-match'], etagOf(key)),
      timer,
      signal: clientSignal(reply.raw),
    });
    sendVariant(reply, answer, { timer, maxAgeSeconds });
    // With a query (an expiring signature), or depending on the client, the same target may be another answer next time.
    const isLasting = !request.originalUrl.includes('?') && !reply.hasHeader('vary');
    if (isLasting && answer.cacheState === 'hit' && answer.variant !== undefined) {
      const { key, variant } = answer;
      const headers = reply.getHeaders();
      hotAnswers.remember(request.originalUrl, { group: hash, key, headers, bytes: variant.bytes.length });
    }
    return reply;
  }

  async function getOriginal(request: FastifyRequest, reply: FastifyReply, hash: string) {
    const stat = await originals.stat(hash);
    if (stat === undefined) throw notFound();
    return sendOriginal(request, reply, {
      etag: etagOf(hash),
      bytes: stat.bytes,
      mediaType: await mediaType(originals, hash, clientSignal(reply.raw)),
      cacheControl: cacheControl({ kind: 'immutable' }, maxAgeSeconds),
      read: async (range) => {
        const stream = await originals.read(hash, range);
        if (stream === undefined) throw notFound();
        return stream;
      },
    });
  }
}

/** By what the decoder saw. Files that the ancestor stored may be none of our formats: then just bytes, not guessed. */
async function mediaType(originals: Originals, hash: string, signal: AbortSignal): Promise<string> {
  try {
    const { facts } = await originals.resolve(hash, signal);
    return MEDIA_TYPES[facts.format];
  } catch (error) {
    if (error instanceof ServiceError && NO_PICTURE.has(error.code)) return 'application/octet-stream';
    throw error;
  }
}

const NO_PICTURE: ReadonlySet<string> = new Set([
  'not_a_picture',
  'unsupported_format',
  'broken_picture',
  'too_many_pixels',
  'picture_refused',
]);
