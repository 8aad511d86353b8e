import { describe, expect, it } from 'vitest';
import { parseSteps } from './parse-steps.ts';
import { printSteps } from './print-recipe.ts';
import { scaleSteps } from './scale-steps.ts';

describe('scaleSteps', () => {
  it.each([
    ['resize/100x', 2, 'resize/200x'],
    ['resize/101x50%5E/crop/50x50+3-3', 1.5, 'resize/152x75%5E/crop/75x75+5-5'],
    ['resize/50%25/crop/16:9/rotate/90/flip/h', 3, 'resize/50%25/crop/16:9/rotate/90/flip/h'],
    ['cover/smart10x10/round/4/pad/0,1,2,3', 2, 'cover/smart20x20/round/8/pad/0,2,4,6'],
  ])('makes of %s times %d %s', (steps, dpr, scaled) => {
    expect(printSteps(scaleSteps(parseSteps(steps), dpr))).toBe(scaled);
  });
});
