import { parseRecipe } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { GROUP, useCachePlace } from '../../test/cache-place.ts';
import { PHOTOGRAPH } from '../../test/pictures.ts';
import type { Original } from '../sources/source.ts';
import { createFoundQualities } from './found-quality.ts';
import { planVariant } from './plan-variant.ts';

const { openCache } = useCachePlace();

const original: Original = {
  group: GROUP,
  id: GROUP,
  facts: PHOTOGRAPH,
  freshness: { kind: 'immutable' },
  open: () => Promise.reject(new Error('nothing to open')),
};

function plan(recipe: string) {
  return planVariant({
    recipe: parseRecipe(recipe.split('/')),
    facts: PHOTOGRAPH,
    client: { accepted: new Map(), savesData: false, dpr: undefined, widthPx: undefined },
    policy: {
      defaultFormat: 'original',
      enlarge: true,
      progressive: false,
      qualityAutoSimilarity: 0.98,
      avifBudgetMs: 2000,
      clientHints: false,
      fonts: { names: [], revision: '' },
    },
  });
}

describe('createFoundQualities', () => {
  it('keeps what was found for a picture and a size, whatever has no part in it', async () => {
    const cache = await openCache({ memoryBytes: 1_000_000 });
    const qualities = createFoundQualities(cache);
    const found = plan('resize/100x/quality/auto');
    expect(await qualities.settle(original, found)).toBe(found.output);
    qualities.keep(cache.ticket(GROUP), original, found, 63);
    for (const recipe of [
      'resize/100x/quality/auto',
      'resize/100x/quality/auto/progressive/on/maxbytes/9kb',
    ]) {
      const { similarity: _, ...output } = plan(recipe).output;
      expect(await qualities.settle(original, plan(recipe))).toEqual({ ...output, quality: 63 });
    }
    for (const recipe of [
      'resize/101x/quality/auto',
      'resize/100x/quality/auto/format/webp',
      'resize/100x',
    ]) {
      expect(await qualities.settle(original, plan(recipe))).toEqual(plan(recipe).output);
    }
    await cache.deleteGroup(GROUP);
    expect(await qualities.settle(original, found)).toBe(found.output);
  });
});
