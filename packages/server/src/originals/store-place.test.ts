import { describe, expect, it } from 'vitest';
import { storePlace } from './store-place.ts';

const HASH = 'ab'.repeat(20);
const PATH = `ab/${'ab'.repeat(19)}`;

describe('storePlace', () => {
  it.each([
    [PATH, { kind: 'original', hash: HASH }],
    [`notes/${PATH}/facts.json`, { kind: 'note', hash: HASH, name: 'facts' }],
    [`tokens/1900000000-${'0f'.repeat(16)}`, { kind: 'token' }],
    [`cache/${PATH}-resize-100x`, { kind: 'ancestor_variant', hash: HASH }],
    ['.tmp/0123', { kind: 'temporary' }],
    ['.write-check-0123', { kind: 'temporary' }],
  ])('knows %s', (path, place) => {
    expect(storePlace(path)).toEqual(place);
  });

  it.each([
    'README.txt',
    HASH,
    `${PATH}.jpg`,
    `${PATH}/more`,
    PATH.toUpperCase(),
    `notes/${PATH}.json`,
    'tokens/x',
    `cache/${PATH}`,
    '.DS_Store',
  ])('takes %s for none of ours', (path) => {
    expect(storePlace(path)).toEqual({ kind: 'foreign' });
  });
});
