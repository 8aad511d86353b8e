import { describe, expect, it } from 'vitest';
import { parseAccept, prefersWords } from './accept.ts';

function wanted(header: string | undefined): Record<string, number> {
  return Object.fromEntries([...parseAccept(header)].filter(([, weight]) => weight > 0));
}

describe('parseAccept', () => {
  const everywhere = { jpeg: 1, png: 1, gif: 1 };

  it('reads what Chrome sends', () => {
    const header = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
    expect(wanted(header)).toEqual({ ...everywhere, avif: 1, webp: 1 });
  });

  it.each([undefined, '*/*', 'image/*', 'text/html,*/*'])('never takes %s for AVIF or WebP', (header) => {
    expect(wanted(header)).toEqual(everywhere);
  });

  it('keeps the weights', () => {
    expect(wanted('image/webp;q=0.5, image/jpeg;q=0.9, */*;q=0.1')).toEqual({
      webp: 0.5,
      jpeg: 0.9,
      png: 0.1,
      gif: 0.1,
    });
  });

  it('takes q=0 for a no', () => {
    expect(wanted('image/webp;q=0, image/avif;q=0.0, image/png;q=0, */*')).toEqual({ jpeg: 1, gif: 1 });
  });

  it('passes over what cannot be read', () => {
    expect(wanted('image/webp;q=2, image/avif;q=x, ,;;, IMAGE/PNG ; q=0.7')).toEqual({ png: 0.7 });
  });
});

describe('prefersWords', () => {
  it.each([
    ['text/plain', true],
    ['image/avif, text/plain;q=0.1', true],
    ['application/json;q=0.5, text/plain', true],
    ['text/plain, application/json', false],
    ['text/plain;q=0', false],
    ['text/*', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
  ])('of %s is %s', (header, words) => {
    expect(prefersWords(header)).toBe(words);
  });
});
