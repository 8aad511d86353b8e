import { describe, expect, it } from 'vitest';
import { RecipeError } from './errors.ts';
import { OPERATIONS } from './operations/find-operation.ts';
import { parseRecipe } from './parse-recipe.ts';
import { MAX_RECIPE_LENGTH, MAX_STEPS } from './recipe.ts';
import { SETTINGS } from './settings/find-setting.ts';

function problemOf(segments: readonly string[]): RecipeError {
  try {
    parseRecipe(segments);
  } catch (error) {
    if (error instanceof RecipeError) return error;
    throw error;
  }
  throw new Error(`${segments.join('/')} is a recipe`);
}

describe('parseRecipe', () => {
  it('reads steps in order, and settings wherever they stand', () => {
    expect(
      parseRecipe(['quality', '80', 'rotate', '90', 'format', 'webp', 'flip', 'h', 'rotate', '0']),
    ).toStrictEqual({
      steps: [
        { operation: 'rotate', values: { degrees: 90 } },
        { operation: 'flip', values: { horizontal: true, vertical: false } },
        { operation: 'rotate', values: { degrees: 0 } },
      ],
      settings: { quality: 80, format: 'webp' },
    });
  });

  it('reads no segments as the recipe that asks for nothing', () => {
    expect(parseRecipe([])).toStrictEqual({ steps: [], settings: {} });
  });

  it.each([
    [['resze', '100x'], 'unknown_operation', 'resze', 0, 'resize'],
    [['Resize', '100x'], 'unknown_operation', 'Resize', 0, 'resize'],
    [['flip', 'h', 'rotat', '9'], 'unknown_operation', 'rotat', 2, 'rotate'],
    [['formt', 'webp'], 'unknown_operation', 'formt', 0, 'format'],
    [['blur', '4'], 'unknown_operation', 'blur', 0, 'filter/blur'],
    [['resize', '10x', 'sepia'], 'missing_argument', 'sepia', 2, 'filter/sepia'],
    [['quite-something-else', '1'], 'unknown_operation', 'quite-something-else', 0, undefined],
    [['__proto__', '1'], 'unknown_operation', '__proto__', 0, undefined],
    [['constructor', '1'], 'unknown_operation', 'constructor', 0, undefined],
    [['resize'], 'missing_argument', 'resize', 0, undefined],
    [['resize', '10x', 'crop'], 'missing_argument', 'crop', 2, undefined],
    [['resize', '10x', 'crpo'], 'missing_argument', 'crpo', 2, 'crop'],
    [['resize', '100px'], 'bad_argument', '100px', 1, '100x'],
    [['flip', 'h', 'resize', 'abc'], 'bad_argument', 'abc', 3, undefined],
    [['format', 'jpg'], 'bad_argument', 'jpg', 1, 'jpeg'],
    [['format', 'png', 'flip', 'h', 'format', 'webp'], 'duplicate_setting', 'format', 4, undefined],
    [['format', 'png', 'format', 'png'], 'duplicate_setting', 'format', 2, undefined],
    [['resize', ''], 'empty_segment', '', 1, undefined],
    [['resize', 'a/b'], 'bad_path', 'a/b', 1, undefined],
    [['resize', '\ud800'], 'bad_path', '\ud800', 1, undefined],
    [['abc', '1', 'resize', 'zzz'], 'unknown_operation', 'abc', 0, undefined],
  ])('names the first mistake in %j', (segments, code, segment, position, suggestion) => {
    expect(problemOf(segments)).toMatchObject({ code, segment, position, suggestion });
  });

  it('says in the message what was expected and what was probably meant', () => {
    const names = [...OPERATIONS, ...SETTINGS]
      .map((part) => part.name)
      .join(', ')
      .concat(', preset');
    expect(problemOf(['flip', 'h', 'resze', '1x']).message).toBe(
      `bad operations: "resze" (segment 2): expected one of ${names}; did you mean "resize"?`,
    );
  });

  it(`takes ${MAX_STEPS} steps, settings not counted, and not one more`, () => {
    const most = Array.from({ length: MAX_STEPS }, () => ['flip', 'h']).flat();
    expect(parseRecipe(['format', 'png', ...most, 'quality', '80']).steps).toHaveLength(MAX_STEPS);
    expect(problemOf([...most, 'flip', 'v'])).toMatchObject({
      code: 'too_many_steps',
      segment: 'flip',
      position: 2 * MAX_STEPS,
    });
  });

  it(`refuses what is longer than ${MAX_RECIPE_LENGTH} characters`, () => {
    const longest = 'x'.repeat(MAX_RECIPE_LENGTH - 'resize/'.length);
    expect(problemOf(['resize', longest]).code).toBe('bad_argument');
    expect(problemOf(['resize', `${longest}x`])).toMatchObject({ code: 'recipe_too_long', position: 1 });
  });
});
