import { operationsSegments, type Recipe } from '@images-server/recipe';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Originals } from '../../originals/originals.ts';
import type { RemoteSource } from '../../sources/remote.ts';
import type { Original } from '../../sources/source.ts';
import type { DescribeOriginal } from '../../variants/describe-original.ts';
import type { DescribeVariant } from '../../variants/describe-variant.ts';
import { cacheControl } from '../cache-control.ts';
import { clientOf, varianceHeaders } from '../client-of.ts';
import { clientSignal } from '../client-signal.ts';
import { sendJson } from '../json-response.ts';
import { pictureInfo } from '../picture-info.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { isOn, remoteUrl } from '../remote-request.ts';
import { assertNoTail, namedPath, requestQuery } from '../request-target.ts';

/** `GET /info/<hash>[/<op>/<arg>...][?exif=1]` and `GET /info/external?url=<url>[&operations=...][&exif=1]`. */
export function infoRoutes(
  app: FastifyInstance,
  dependencies: {
    originals: Originals;
    remote: RemoteSource;
    readRecipe: ReadRecipe;
    describeOriginal: DescribeOriginal;
    describeVariant: DescribeVariant;
    externalEnabled: boolean;
    /** Whether EXIF tells where a picture was taken. */
    showsPosition: boolean;
    maxAgeSeconds: number;
  },
): void {
  const { originals, remote, readRecipe, describeOriginal, describeVariant, showsPosition, maxAgeSeconds } =
    dependencies;

  app.route({ method: ['GET', 'HEAD'], url: '/info', handler: getUpload });
  app.route({ method: ['GET', 'HEAD'], url: '/info/external', handler: getRemote });

  async function getUpload(request: FastifyRequest, reply: FastifyReply) {
    const { exif } = requestQuery(request, ['exif']);
    const { name: hash, segments } = namedPath(request);
    const recipe = readRecipe(segments);
    const signal = clientSignal(reply.raw);
    const original = await originals.resolve(hash, signal);
    const showsExif = isOn('exif', exif);
    return answer(request, reply, {
      original,
      recipe: segments.length > 0 ? recipe : undefined,
      showsExif,
      signal,
    });
  }

  async function getRemote(request: FastifyRequest, reply: FastifyReply) {
    const { url, operations = '', exif } = requestQuery(request, ['url', 'operations', 'exif']);
    assertNoTail(request);
    const address = remoteUrl(request, url, dependencies);
    const showsExif = isOn('exif', exif);
    const recipe = operations === '' ? undefined : readRecipe(operationsSegments(operations));
    const signal = clientSignal(reply.raw);
    const original = await remote.resolve(address, { reset: false, signal });
    return answer(request, reply, { original, recipe, showsExif, signal });
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { original: Original; recipe: Recipe | undefined; showsExif: boolean; signal: AbortSignal },
  ) {
    const { original, recipe, showsExif, signal } = asked;
    const { variesBy, ...description } =
      recipe === undefined
        ? { ...(await describeOriginal(original, signal)), variesBy: [] }
        : await describeVariant({ original, recipe, client: clientOf(request.headers), signal });
    return sendJson(request, reply, {
      body: pictureInfo(description, { showsExif, showsPosition }),
      headers: {
        'cache-control': cacheControl(original.freshness, maxAgeSeconds),
        ...varianceHeaders(variesBy),
      },
    });
  }
}
