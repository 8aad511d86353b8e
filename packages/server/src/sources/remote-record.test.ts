import { describe, expect, it } from 'vitest';
import { ageOf, metaToRecord, type RemoteRecord, recordToMeta } from './remote-record.ts';

const record: RemoteRecord = {
  id: 'ab'.repeat(32),
  facts: {
    format: 'jpeg',
    bytes: 1234,
    width: 40,
    height: 30,
    orientation: 6,
    frames: 1,
    hasAlpha: false,
    depth: 8,
    space: 'srgb',
    progressive: true,
    hasProfile: true,
    hasMetadata: false,
  },
  validators: { url: 'http://picture.test/a.jpg', etag: '"v1"', lastModified: undefined },
  fetchedAtMs: 1_000_000,
};

describe('metaToRecord', () => {
  it.each([
    ['with validators', record],
    ['without', { ...record, validators: undefined }],
    ['with pages', { ...record, facts: { ...record.facts, pages: [record.facts, record.facts] } }],
  ])('undoes recordToMeta %s', (_, given) => {
    expect(metaToRecord(recordToMeta(given))).toEqual(given);
  });

  it.each([
    ['lacks a fact', { width: null }],
    ['names no hash', { id: 'x' }],
    ['has a fact of another type', { hasAlpha: 'yes' }],
    ['has another format', { format: 'bmp' }],
    ['has pages that are no JSON', { pages: '[{' }],
    ['has pages that lack a fact', { pages: '[{"format":"tiff"}]' }],
  ])('takes nothing that %s', (_, damage) => {
    expect(metaToRecord({ ...recordToMeta(record), ...damage })).toBeUndefined();
  });
});

describe('ageOf', () => {
  const age = (nowMs: number) => ageOf(record, { nowMs, freshMs: 100, staleMs: 1_000 });

  it('is fresh for its time, then stale for its time, then expired', () => {
    expect([1_000_000, 1_000_099, 1_000_100, 1_001_099, 1_001_100].map(age)).toEqual([
      'fresh',
      'fresh',
      'stale',
      'stale',
      'expired',
    ]);
  });

  it('is never fresh from the future, where a clock that was set back puts it', () => {
    expect([999_999, 998_901, 998_900, 0].map(age)).toEqual(['stale', 'stale', 'expired', 'expired']);
  });
});
