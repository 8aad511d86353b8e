import { describe, expect, it } from 'vitest';
import { needsFaces } from './needs-faces.ts';
import { parseRecipe } from './parse-recipe.ts';

function needed(recipe: string): boolean {
  return needsFaces(parseRecipe(recipe.split('/')).steps);
}

describe('needsFaces', () => {
  it('is true of recipes that place a box by the faces or hide them', () => {
    expect(needed('crop/face16:9')).toBe(true);
    expect(needed('resize/800x/cover/face300x200>')).toBe(true);
    expect(needed('resize/800x/filter/redact:blur,faces')).toBe(true);
  });

  it('is false of all others', () => {
    expect(needed('crop/smart16:9/cover/entropy20x20/filter/redact:blur,0,0,10,10/filter/sepia')).toBe(false);
    expect(needed('format/webp')).toBe(false);
  });
});
