import { operationsSegments } from '@images-server/recipe';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Originals } from '../../originals/originals.ts';
import type { RemoteSource } from '../../sources/remote.ts';
import { parseRemoteUrl } from '../../sources/remote-url.ts';
import { type ExplainVariant, explainOriginal } from '../../variants/explain-variant.ts';
import { prefersWords } from '../accept.ts';
import { addressable } from '../addressable.ts';
import { clientOf } from '../client-of.ts';
import { clientSignal } from '../client-signal.ts';
import { type AddressedExplanation, explanationBody, explanationText } from '../explanation-text.ts';
import { jsonText } from '../json-text.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { remoteUrl } from '../remote-request.ts';
import { assertNoTail, namedPath, requestQuery, splitTarget } from '../request-target.ts';

/** `GET /explain/image/<hash>/<op>/<arg>...` and `GET /explain/external?url=<url>&operations=<op>/<arg>/...`. */
export function explainRoutes(
  app: FastifyInstance,
  dependencies: {
    originals: Originals;
    remote: RemoteSource;
    readRecipe: ReadRecipe;
    explainVariant: ExplainVariant;
    externalEnabled: boolean;
  },
): void {
  const { originals, remote, readRecipe, explainVariant } = dependencies;

  app.route({
    method: ['GET', 'HEAD'],
    url: '/explain/image',
    handler: async (request, reply) =>
      sendExplanation(request, reply, await explainUpload(request, clientSignal(reply.raw))),
  });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/explain/external',
    handler: async (request, reply) =>
      sendExplanation(request, reply, await explainRemote(request, clientSignal(reply.raw))),
  });

  async function explainUpload(request: FastifyRequest, signal: AbortSignal): Promise<AddressedExplanation> {
    requestQuery(request, []);
    const { name: hash, segments } = namedPath(request);
    const recipe = readRecipe(segments);
    const original = await originals.resolve(hash, signal);
    if (segments.length === 0) return { ...explainOriginal(original), url: `/image/${hash}` };
    const explanation = await explainVariant({ recipe, client: clientOf(request.headers), original, signal });
    const { path } = splitTarget(request.originalUrl);
    const asked = path.slice(`/explain/image/${hash}/`.length);
    return {
      ...explanation,
      url: `/image/${hash}/${addressable(explanation.recipe, { asked, readRecipe })}`,
    };
  }

  async function explainRemote(request: FastifyRequest, signal: AbortSignal): Promise<AddressedExplanation> {
    const { url, operations = '' } = requestQuery(request, ['url', 'operations']);
    assertNoTail(request);
    const recipe = readRecipe(operationsSegments(operations));
    const address = remoteUrl(request, url, dependencies);
    const original = await remote.resolve(address, { reset: false, signal });
    const target = `/external?url=${encodeURIComponent(parseRemoteUrl(address).href)}`;
    if (operations === '') return { ...explainOriginal(original), url: target };
    const explanation = await explainVariant({ recipe, client: clientOf(request.headers), original, signal });
    const addressed = addressable(explanation.recipe, { asked: operations, readRecipe });
    return { ...explanation, url: `${target}&operations=${addressed}` };
  }
}

/** JSON, or words for those who would rather have them; it holds for now only. */
function sendExplanation(
  request: FastifyRequest,
  reply: FastifyReply,
  explanation: AddressedExplanation,
): FastifyReply {
  reply.headers({ 'cache-control': 'no-store', vary: 'Accept' });
  return prefersWords(request.headers.accept)
    ? reply.type('text/plain; charset=utf-8').send(explanationText(explanation))
    : reply.type('application/json; charset=utf-8').send(jsonText(explanationBody(explanation)));
}
