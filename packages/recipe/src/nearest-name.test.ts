import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  const names = ['crop', 'flip', 'resize', 'rotate'];

  it.each([
    ['RESIZE', 'resize'],
    ['resz', 'resize'],
    ['reszie', 'resize'],
    ['size', 'resize'],
    ['rotation', 'rotate'],
    ['clip', 'flip'],
    ['', undefined],
    ['watermark', undefined],
    ['xyz', undefined],
    ['resize'.repeat(10), undefined],
  ])('finds for %j %j', (text, name) => {
    expect(nearestName(text, names)).toBe(name);
  });

  it('prefers a name that differs in upper and lower case only', () => {
    expect(nearestName('Flap', ['flip', 'flap'])).toBe('flap');
  });
});
