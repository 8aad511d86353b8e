import { describe, expect, it } from 'vitest';
import { parseRecipe } from './parse-recipe.ts';
import { planFonts, planOverlays } from './plan-needs.ts';

const [FIRST, SECOND] = ['1'.repeat(40), '2'.repeat(40)];

describe('planOverlays', () => {
  it('names each picture once, in the order of the steps', () => {
    const recipe = [
      'watermark',
      SECOND,
      'flip',
      'h',
      'watermark',
      `${FIRST},se`,
      'watermark',
      `${SECOND},nw`,
    ];
    expect(planOverlays(parseRecipe(recipe).steps)).toEqual([SECOND, FIRST]);
  });

  it('names none where no step needs one', () => {
    expect(planOverlays(parseRecipe(['resize', '10x', 'text', 'text:a']).steps)).toEqual([]);
  });
});

describe('planFonts', () => {
  it('names each font once, the default as undefined', () => {
    const recipe = ['text', 'text:a', 'text', 'font:lobster,text:b', 'text', 'text:c', 'flip', 'h'];
    expect(planFonts(parseRecipe(recipe).steps)).toEqual([undefined, 'lobster']);
  });

  it('names none where nothing is written', () => {
    expect(planFonts(parseRecipe(['flip', 'h']).steps)).toEqual([]);
  });
});
