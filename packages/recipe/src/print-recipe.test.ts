import { describe, expect, it } from 'vitest';
import { parseRecipe } from './parse-recipe.ts';
import { printRecipe, printSteps } from './print-recipe.ts';

describe('printRecipe', () => {
  it('prints the steps in order, then the settings by name', () => {
    const recipe = parseRecipe(['quality', '80', 'flip', 'v', 'format', 'png', 'rotate', '-90']);
    expect(printRecipe(recipe)).toBe('flip/v/rotate/270/format/png/quality/80');
  });

  it('encodes what a path or a query cannot hold, and nothing that reads well', () => {
    const recipe = parseRecipe(['resize', '300x200^>', 'resize', '50%', 'resize', '100@>', 'resize', '16:9']);
    expect(printRecipe(recipe)).toBe('resize/300x200%5E%3E/resize/50%25/resize/100@%3E/resize/16:9');
    expect(printRecipe(parseRecipe(['crop', '0.5,0.2,10x10+1-2']))).toBe('crop/0.5,0.2,10x10+1-2');
  });

  it('drops no step, also where it does nothing', () => {
    expect(printRecipe(parseRecipe(['rotate', '0', 'resize', '100%', 'rotate', '360']))).toBe(
      'rotate/0/resize/100%25/rotate/0',
    );
  });

  it('refuses steps that no operation stands for', () => {
    expect(() => printRecipe({ steps: [{ operation: 'dance', values: {} }], settings: {} })).toThrow(
      'no operation is called dance',
    );
  });
});

describe('printSteps', () => {
  it('leaves the settings out', () => {
    expect(printSteps(parseRecipe(['format', 'png', 'flip', 'h']).steps)).toBe('flip/h');
    expect(printSteps([])).toBe('');
  });
});
