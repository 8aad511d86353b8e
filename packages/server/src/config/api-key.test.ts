import { describe, expect, it } from 'vitest';
import { parseApiKey } from './api-key.ts';

const SECRET = '0123456789abcdef';

describe('parseApiKey', () => {
  it.each([
    [`${SECRET}:upload`, SECRET, ['upload']],
    [`${SECRET}:delete`, SECRET, ['delete']],
    [`${SECRET}:delete+upload`, SECRET, ['upload', 'delete']],
    [`a:b:${SECRET}:upload`, `a:b:${SECRET}`, ['upload']],
  ])('reads %s as a secret with scopes', (text, secret, scopes) => {
    expect(parseApiKey(text)).toEqual({ secret, scopes });
  });

  it.each([
    SECRET,
    'user:0123456789abcdef',
    'ends-in-a-colon:',
    'some:other:word',
    `${SECRET}:UPLOAD`,
    `${SECRET}+upload`,
  ])('takes all of %s for the secret, which allows everything', (text) => {
    expect(parseApiKey(text)).toEqual({ secret: text, scopes: ['upload', 'delete', 'process'] });
  });

  it.each(['uplaod', 'uploads', 'delet', 'upload+delte', 'upload+everything'])(
    'refuses the ending :%s, which is nearly a scope',
    (ending) => {
      expect(parseApiKey(`${SECRET}:${ending}`)).toBeUndefined();
    },
  );
});
