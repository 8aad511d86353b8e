import { describe, expect, it } from 'vitest';
import { GROUP, put, useCachePlace } from '../../test/cache-place.ts';
import { PHOTOGRAPH } from '../../test/pictures.ts';
import type { Original } from '../sources/source.ts';
import { createStoredVariants } from './stored-variants.ts';

const { openCache } = useCachePlace();

function original(isThere?: () => Promise<boolean>): Original {
  return {
    group: GROUP,
    id: GROUP,
    facts: PHOTOGRAPH,
    freshness: { kind: 'immutable' },
    open: () => Promise.reject(new Error('nobody opens it')),
    ...(isThere && { isThere }),
  };
}

async function storeOne() {
  const cache = await openCache();
  await put(cache, GROUP, 'key', 'bytes');
  return { cache, ...createStoredVariants(cache) };
}

describe('createStoredVariants', () => {
  it.each([
    ['is there', async () => true],
    ['cannot be looked up', () => Promise.reject(new Error('the disk does not answer'))],
    ['cannot be deleted by anyone', undefined],
  ])('finds a variant whose original %s', async (_case, isThere) => {
    const { lookUp } = await storeOne();
    const found = await lookUp({ original: original(isThere), overlays: [] }, 'key');
    expect(found).toMatchObject({ bytes: Buffer.from('bytes'), format: 'webp' });
  });

  it('finds nothing that shows a picture that is gone, and drops it', async () => {
    for (const gone of ['original', 'overlay']) {
      const { cache, lookUp } = await storeOne();
      const missing = original(async () => false);
      const pictures =
        gone === 'original'
          ? { original: missing, overlays: [] }
          : { original: original(async () => true), overlays: [missing] };
      expect(await lookUp(pictures, 'key')).toBeUndefined();
      expect(await cache.get(GROUP, 'key')).toBeUndefined();
    }
  });
});
