import { type Face, operationsSegments, type Recipe } from '@images-server/recipe';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Originals } from '../../originals/originals.ts';
import type { RemoteSource } from '../../sources/remote.ts';
import type { Original } from '../../sources/source.ts';
import type { DescribeOriginal } from '../../variants/describe-original.ts';
import type { DescribeVariant } from '../../variants/describe-variant.ts';
import type { FindFaces } from '../../variants/find-faces.ts';
import type { FindVariantFaces } from '../../variants/find-variant-faces.ts';
import { cacheControl } from '../cache-control.ts';
import { clientOf, varianceHeaders } from '../client-of.ts';
import { clientSignal } from '../client-signal.ts';
import { sendJson } from '../json-response.ts';
import { pictureInfo } from '../picture-info.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { isOn, remoteUrl } from '../remote-request.ts';
import { assertNoTail, namedPath, requestQuery } from '../request-target.ts';

/** Which picture is asked about: the variant, or without a recipe the original; and what of it by request. */
interface InfoQuestion {
  readonly original: Original;
  readonly recipe: Recipe | undefined;
  readonly showsExif: boolean;
  readonly showsFaces: boolean;
  readonly signal: AbortSignal;
}

/** `GET /info/<hash>[/<op>/<arg>...]` and `GET /info/external?url=<url>[&operations=...]`, both `[&exif=1][&faces=1]`. */
export function infoRoutes(
  app: FastifyInstance,
  dependencies: {
    originals: Originals;
    remote: RemoteSource;
    readRecipe: ReadRecipe;
    describeOriginal: DescribeOriginal;
    describeVariant: DescribeVariant;
    findFaces: FindFaces;
    findVariantFaces: FindVariantFaces;
    externalEnabled: boolean;
    /** Whether EXIF tells where a picture was taken. */
    showsPosition: boolean;
    maxAgeSeconds: number;
  },
): void {
  const { originals, remote, readRecipe, showsPosition, maxAgeSeconds } = dependencies;

  app.route({ method: ['GET', 'HEAD'], url: '/info', handler: getUpload });
  app.route({ method: ['GET', 'HEAD'], url: '/info/external', handler: getRemote });

  async function getUpload(request: FastifyRequest, reply: FastifyReply) {
    const { exif, faces } = requestQuery(request, ['exif', 'faces']);
    const wishes = { showsExif: isOn('exif', exif), showsFaces: isOn('faces', faces) };
    const { name: hash, segments } = namedPath(request);
    const recipe = segments.length > 0 ? readRecipe(segments) : undefined;
    const signal = clientSignal(reply.raw);
    const original = await originals.resolve(hash, signal);
    return answer(request, reply, { original, recipe, ...wishes, signal });
  }

  async function getRemote(request: FastifyRequest, reply: FastifyReply) {
    const { url, operations = '', exif, faces } = requestQuery(request, REMOTE_PARAMETERS);
    const wishes = { showsExif: isOn('exif', exif), showsFaces: isOn('faces', faces) };
    assertNoTail(request);
    const address = remoteUrl(request, url, dependencies);
    const recipe = operations === '' ? undefined : readRecipe(operationsSegments(operations));
    const signal = clientSignal(reply.raw);
    const original = await remote.resolve(address, { reset: false, signal });
    return answer(request, reply, { original, recipe, ...wishes, signal });
  }

  async function answer(request: FastifyRequest, reply: FastifyReply, question: InfoQuestion) {
    const { original, recipe, showsExif } = question;
    const { description, faces, variesBy } =
      recipe === undefined
        ? await askOfOriginal(question)
        : await askOfVariant({ ...question, recipe, client: clientOf(request.headers) });
    return sendJson(request, reply, {
      body: pictureInfo(description, { showsExif, showsPosition, faces }),
      headers: {
        'cache-control': cacheControl(original.freshness, maxAgeSeconds),
        ...varianceHeaders(variesBy),
      },
    });
  }

  async function askOfOriginal({ original, showsFaces, signal }: InfoQuestion) {
    const description = await dependencies.describeOriginal(original, signal);
    const faces = showsFaces ? await dependencies.findFaces(original, undefined, signal) : undefined;
    return { description, faces, variesBy: [] };
  }

  async function askOfVariant(question: InfoQuestion & Parameters<DescribeVariant>[0]) {
    const { value: description, variesBy } = await dependencies.describeVariant(question);
    let faces: readonly Face[] | undefined;
    if (question.showsFaces) faces = (await dependencies.findVariantFaces(question)).value;
    return { description, faces, variesBy };
  }
}

const REMOTE_PARAMETERS = ['url', 'operations', 'exif', 'faces'] as const;
