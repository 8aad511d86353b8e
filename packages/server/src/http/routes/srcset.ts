import {
  operationsSegments,
  pictureElement,
  printRecipe,
  RecipeError,
  srcsetText,
} from '@images-server/recipe';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../errors.ts';
import type { Originals } from '../../originals/originals.ts';
import type { OutputPolicy } from '../../variants/output-policy.ts';
import { type PlannedCandidate, type PlannedSrcset, planSrcset } from '../../variants/plan-srcset.ts';
import { clientSignal } from '../client-signal.ts';
import { MEDIA_TYPES } from '../headers.ts';
import { sendJson } from '../json-response.ts';
import type { ReadRecipe } from '../read-recipe.ts';
import { decodeParameter, namedPath, requestQuery, signatureEnd } from '../request-target.ts';
import type { SignAddress } from '../sign-address.ts';

const MAX_WIDTHS = 20;
const MAX_WIDTH_PX = 16_384;
const MAX_TEXT_LENGTH = 500;
/** Not for longer: another configuration may give other sizes and formats. */
const MAX_AGE_SECONDS = 3600;

/** `GET /srcset/<hash>[/<op>/<arg>...]?widths=<px>,...[&sizes=...][&alt=...]`: the picture at several widths, as HTML takes it. */
export function srcsetRoute(
  app: FastifyInstance,
  dependencies: {
    originals: Originals;
    readRecipe: ReadRecipe;
    signAddress: SignAddress;
    policy: OutputPolicy;
  },
): void {
  const { originals, readRecipe, signAddress, policy } = dependencies;

  app.route({
    method: ['GET', 'HEAD'],
    url: '/srcset',
    handler: async (request, reply) => {
      const { name: hash, segments } = namedPath(request);
      const query = readQuery(request);
      const recipe = readRecipe(segments);
      const { facts } = await originals.resolve(hash, clientSignal(reply.raw));
      const plan = planSrcset({ recipe, widths: query.widths, facts, policy });
      // The addresses are what visitors will ask for: they have to be allowed to.
      for (const candidate of plan.asked.candidates)
        readRecipe(operationsSegments(printRecipe(candidate.recipe)));
      const sets = [plan.asked, ...plan.modern.filter(isAllowed)];
      const end = signatureEnd(request);
      const [asked, ...modern] = await Promise.all(sets.map((set) => addressed(hash, set, end)));
      if (asked === undefined) throw new ServiceError('internal', 'a srcset without a set');
      return sendJson(request, reply, {
        body: answerBody({ asked, modern, ...query }),
        headers: { 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` },
      });
    },
  });

  /** Rules may forbid to ask for a format. */
  function isAllowed({ candidates }: PlannedSrcset): boolean {
    try {
      for (const { recipe } of candidates) readRecipe(operationsSegments(printRecipe(recipe)));
      return true;
    } catch (error) {
      if (error instanceof RecipeError) return false;
      throw error;
    }
  }

  async function addressed(
    hash: string,
    { format, candidates }: PlannedSrcset,
    expires: number | undefined,
  ): Promise<AddressedSrcset> {
    const addresses = candidates.map(async (candidate) => ({
      ...candidate,
      url: await signAddress(`/image/${hash}/${printRecipe(candidate.recipe)}`, { expires }),
    }));
    return { format, candidates: await Promise.all(addresses) };
  }
}

interface AddressedSrcset {
  readonly format: PlannedSrcset['format'];
  readonly candidates: readonly (PlannedCandidate & { readonly url: string })[];
}

interface SrcsetQuery {
  readonly widths: readonly number[];
  readonly sizes: string;
  readonly alt: string;
}

function readQuery(request: FastifyRequest): SrcsetQuery {
  const { widths, sizes = '100vw', alt = '' } = requestQuery(request, ['widths', 'sizes', 'alt']);
  const list = decodeParameter(widths ?? '').split(',');
  const numbers = list.map((text) => (/^\d{1,5}$/.test(text) ? Number(text) : 0));
  if (numbers.length > MAX_WIDTHS || numbers.some((width) => width < 1 || width > MAX_WIDTH_PX)) {
    throw new ServiceError(
      'bad_query',
      `expected widths=<pixels>,<pixels>,...: at most ${MAX_WIDTHS} whole numbers, each 1 to ${MAX_WIDTH_PX}`,
    );
  }
  return { widths: numbers, sizes: readText('sizes', sizes), alt: readText('alt', alt) };
}

function readText(name: string, value: string): string {
  const text = decodeParameter(value);
  if (text.length <= MAX_TEXT_LENGTH) return text;
  throw new ServiceError('bad_query', `${name} has more than ${MAX_TEXT_LENGTH} characters`);
}

function answerBody(page: {
  asked: AddressedSrcset;
  modern: readonly AddressedSrcset[];
  sizes: string;
  alt: string;
}): object {
  const { asked, modern, sizes, alt } = page;
  const largest = asked.candidates.at(-1);
  if (largest === undefined) throw new ServiceError('internal', 'a srcset without candidates');
  const srcset = srcsetText(asked.candidates);
  const sources = modern.flatMap(({ format, candidates }) =>
    format === undefined ? [] : [{ type: MEDIA_TYPES[format], srcset: srcsetText(candidates) }],
  );
  const img = { src: largest.url, srcset, width: largest.size?.width, height: largest.size?.height };
  return {
    srcset,
    sizes,
    src: largest.url,
    ...(largest.size === undefined ? {} : { width: largest.size.width, height: largest.size.height }),
    picture: pictureElement({ sources, img, sizes, alt }),
  };
}
