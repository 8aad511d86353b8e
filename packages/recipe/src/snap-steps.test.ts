import { describe, expect, it } from 'vitest';
import { parseSteps } from './parse-steps.ts';
import { printSteps } from './print-recipe.ts';
import { snapSteps } from './snap-steps.ts';

describe('snapSteps', () => {
  it.each([
    ['resize/99x', 'resize/100x'],
    ['resize/100x', 'resize/100x'],
    ['resize/101x', 'resize/400x'],
    ['resize/x1', 'resize/x100'],
    ['resize/350x120%3E', 'resize/400x400%3E'],
    ['resize/9000x!', 'resize/1000x!'],
    ['cover/smart120x90', 'cover/smart400x100'],
    ['contain/n5000x401%3E', 'contain/n1000x1000%3E'],
    ['cover/10x10/resize/50x', 'cover/100x100/resize/100x'],
  ])('makes %s %s', (steps, snapped) => {
    expect(printSteps(snapSteps(parseSteps(steps), [100, 400, 1000]))).toBe(snapped);
  });

  it.each(['resize/50%25', 'resize/5000@', 'crop/30x30', 'pad/10', 'filter/blur:3', 'round/20'])(
    'leaves %s alone',
    (steps) => {
      expect(printSteps(snapSteps(parseSteps(steps), [100]))).toBe(steps);
    },
  );
});
