import { describe, expect, it } from 'vitest';
import { resize } from './resize.ts';

describe('resize', () => {
  it.each([
    ['300x200>', 2, '600x400>'],
    ['x100', 1.5, 'x150'],
    ['1x', 0.1, '1x'],
    ['50%', 2, '50%'],
    ['10000@', 2, '10000@'],
    ['16:9', 2, '16:9'],
  ])('scales %s for a display of %d device pixels to %s', (argument, dpr, scaled) => {
    const values = resize.scale?.(resize.parse(argument), dpr);
    expect(resize.print(values ?? {})).toBe(scaled);
  });

  it.each([
    ['300x200', '300x200>'],
    ['300x200^', '300x200^>'],
    ['300x200!>', '300x200!>'],
    ['300x200<', '100%'],
    ['10000@', '10000@>'],
    ['200%x50%', '100%x50%'],
    ['16:9', '16:9'],
  ])('never enlarges with %s as %s', (argument, shrinking) => {
    const values = resize.shrinkOnly?.(resize.parse(argument));
    expect(resize.print(values ?? {})).toBe(shrinking);
  });
});
