import { onLadder, operationsSegments, printRecipe, RecipeError } from '@images-server/recipe';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mapLimited } from '../../async/map-limited.ts';
import { ServiceError } from '../../errors.ts';
import type { Originals } from '../../originals/originals.ts';
import type { ServeVariant, VariantAnswer } from '../../variants/serve-variant.ts';
import { createStageTimer } from '../../variants/stage-timer.ts';
import { addressable } from '../addressable.ts';
import type { Authorize } from '../api-keys.ts';
import { clientOf } from '../client-of.ts';
import { clientSignal } from '../client-signal.ts';
import { errorAnswer } from '../error-response.ts';
import { etagOf } from '../headers.ts';
import { jsonText } from '../json-text.ts';
import { parseBody } from '../parse-body.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { pathTail, requestQuery } from '../request-target.ts';
import type { SignAddress } from '../sign-address.ts';

const MAX_RECIPES = 50;
/** Fifty of the longest recipes, percent-encoded letter by letter, are more; nobody writes those. */
const MAX_BODY_BYTES = 256 * 1024;

/** What `POST /image/<hash>/variants` takes. */
export const variantsBody = z.strictObject({ recipes: z.array(z.string().min(1)).min(1).max(MAX_RECIPES) });

/** `POST /image/<hash>/variants`, JSON: renders a list of recipes into the cache, and says where each variant is. */
export function variantsRoute(
  app: FastifyInstance,
  dependencies: {
    originals: Originals;
    serveVariant: ServeVariant;
    readRecipe: ReadRecipe;
    authorize: Authorize;
    signAddress: SignAddress;
    /** The ladder of sizes, where there is one. */
    sizes: readonly number[] | undefined;
    /** Recipes of one request that are worked on at once. */
    concurrency: number;
  },
): void {
  const { originals, serveVariant, readRecipe, authorize, signAddress, sizes, concurrency } = dependencies;

  app.post('/image/variants', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    requestQuery(request, []);
    const [hash = ''] = pathTail(request);
    authorize(request.headers.authorization, 'process');
    const { recipes } = parseBody(request.body, variantsBody);
    const signal = clientSignal(reply.raw);
    // Of a picture that is not there nothing can be said for each.
    await originals.resolve(hash, signal);
    const variants = await mapLimited(recipes, concurrency, (recipe) =>
      render(request, { hash, recipe, signal }),
    );
    return reply
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send(jsonText({ status: 'success', variants }));
  });

  /** One line of the manifest, be it an error's. */
  async function render(
    request: FastifyRequest,
    order: { hash: string; recipe: string; signal: AbortSignal },
  ): Promise<object> {
    const { hash, recipe: text, signal } = order;
    try {
      const recipe = readRecipe(operationsSegments(text));
      const answer = await serveVariant({
        recipe,
        client: clientOf(request.headers),
        resolve: (resolveSignal) => originals.resolve(hash, resolveSignal),
        holds: () => false,
        isOneOfMany: true,
        timer: createStageTimer(),
        signal,
      });
      const addressed = addressable(printRecipe(onLadder(recipe, sizes)), { asked: text, readRecipe });
      const url = await signAddress(`/image/${hash}/${addressed}`);
      return { recipe: text, status: 'success', url, ...describe(answer) };
    } catch (error) {
      if (!(error instanceof RecipeError || error instanceof ServiceError)) throw error;
      return { recipe: text, ...errorAnswer(error).body };
    }
  }
}

function describe({ key, variant, plannedSize }: VariantAnswer): object {
  const size = plannedSize ?? variant?.sizes?.at(-1);
  if (variant === undefined || size === undefined) {
    throw new ServiceError('internal', 'a variant that nobody holds came without its bytes or its size');
  }
  const { format, bytes } = variant;
  return { width: size.width, height: size.height, format, bytes: bytes.length, etag: etagOf(key) };
}
