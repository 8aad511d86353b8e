import { describe, expect, it } from 'vitest';
import type { ApiKey } from '../config/api-key.ts';
import { bearerToken, createAuthorize } from './api-keys.ts';

const ALL: ApiKey = { secret: 'first-key-of-16-letters', scopes: ['upload', 'delete'] };
const UPLOAD: ApiKey = { secret: 'second-key-of-16-letters', scopes: ['upload'] };

describe('createAuthorize', () => {
  const authorize = createAuthorize([ALL, UPLOAD]);

  it.each([
    ['Bearer first-key-of-16-letters', 'upload', ALL],
    ['Bearer first-key-of-16-letters', 'delete', ALL],
    ['bearer second-key-of-16-letters', 'upload', UPLOAD],
  ] as const)('lets %s %s', (header, scope, key) => {
    expect(authorize(header, scope)).toBe(key);
  });

  it('forbids what a key does not allow', () => {
    expect(() => authorize('Bearer second-key-of-16-letters', 'delete')).toThrow(
      expect.objectContaining({ code: 'forbidden', message: 'this API key does not allow to delete' }),
    );
  });

  it('adds up what the same secret is said to allow', () => {
    const twice = createAuthorize([UPLOAD, { ...UPLOAD, scopes: ['delete'] }]);
    expect(twice(`Bearer ${UPLOAD.secret}`, 'upload')?.scopes).toEqual(['upload']);
    expect(twice(`Bearer ${UPLOAD.secret}`, 'delete')?.scopes).toEqual(['delete']);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer first-key',
    'Bearer second-key-of-16-letters:upload',
    'Basic first-key-of-16-letters',
    'first-key-of-16-letters',
  ])('refuses %s', (header) => {
    expect(() => authorize(header, 'upload')).toThrow(expect.objectContaining({ code: 'unauthorized' }));
  });

  it('lets anybody in where there are no keys', () => {
    expect(createAuthorize([])(undefined, 'delete')).toBeUndefined();
  });
});

describe('bearerToken', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer   abc ', 'abc'],
    ['Bearer a b', undefined],
    ['Basic abc', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});
