import { describe, expect, it } from 'vitest';
import { createAuthorize } from './api-keys.ts';

describe('createAuthorize', () => {
  const authorize = createAuthorize(['first-key-of-16-letters', 'second-key-of-16-letters']);

  it.each(['Bearer first-key-of-16-letters', 'bearer second-key-of-16-letters'])('lets %s in', (header) => {
    expect(() => authorize(header)).not.toThrow();
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer first-key',
    'Basic first-key-of-16-letters',
    'first-key-of-16-letters',
  ])('refuses %s', (header) => {
    expect(() => authorize(header)).toThrow(expect.objectContaining({ code: 'unauthorized' }));
  });

  it('lets anybody in where there are no keys', () => {
    expect(() => createAuthorize([])(undefined)).not.toThrow();
  });
});
