import { describe, expect, it } from 'vitest';
import { parseRecipe } from './parse-recipe.ts';
import { planTransparency } from './plan-transparency.ts';

function planned(recipe: string, hasAlpha = false): boolean {
  return planTransparency(parseRecipe(recipe.split('/')).steps, { width: 200, height: 100, hasAlpha });
}

describe('planTransparency', () => {
  it.each([
    'rotate/10',
    'pad/5',
    'round/20',
    'contain/100x100',
    'contain/100x100/resize/50x',
    'extend/1:1',
    'trim/10/contain/100x50',
    'trim/10/extend/10x10',
    'background/ffffff80/pad/5',
    'background/ffffff/round/20',
    'rotate/10/background/ffffff80',
    'background/ffffff/pad/5/background/00000000/pad/5',
  ])('sees that %s may leave transparent pixels', (recipe) => {
    expect(planned(recipe)).toBe(true);
  });

  it.each([
    'resize/100x',
    'rotate/270',
    'pad/0',
    'flip/h',
    'crop/50x50',
    'contain/100x50',
    'extend/100x100',
    'extend/2:1',
    'background/ffffff/pad/5',
    'background/ffffff/contain/100x100',
    'rotate/10/background/ffffff',
  ])('sees that %s leaves none', (recipe) => {
    expect(planned(recipe)).toBe(false);
  });

  it('keeps the transparency of the source until it is laid on an opaque colour', () => {
    expect(planned('resize/100x', true)).toBe(true);
    expect(planned('background/ffffff80', true)).toBe(true);
    expect(planned('background/ffffff', true)).toBe(false);
  });
});
