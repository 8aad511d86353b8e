import { describe, expect, it } from 'vitest';
import { crop } from './crop.ts';

describe('crop', () => {
  it.each([
    ['ne300x200+10-5', 2, 'ne600x400+20-10'],
    ['0.3,0.2,15x15', 1.5, '0.3,0.2,23x23'],
    ['16:9', 2, '16:9'],
    ['smart100x50%', 2, 'smart200x50%'],
    ['.5x1.0+3-3', 1.5, '50%x100%+5-5'],
  ])('scales %s for a display of %d device pixels to %s', (argument, dpr, scaled) => {
    const values = crop.scale?.(crop.parse(argument), dpr);
    expect(crop.print(values ?? {})).toBe(scaled);
  });
});
