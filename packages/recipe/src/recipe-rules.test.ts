import { describe, expect, it } from 'vitest';
import { RecipeError } from './errors.ts';
import { parseRecipe } from './parse-recipe.ts';
import { operationsSegments } from './path.ts';
import { printRecipe } from './print-recipe.ts';
import type { RecipeRules } from './recipe-rules.ts';

const presets = new Map(
  Object.entries({
    thumb: 'resize/100x100^/crop/100x100/quality/60',
    avatar: 'cover/smart64x64/round/circle/format/webp/quality/70',
    six: 'flip/h/flip/v/flip/h/flip/v/flip/h/flip/v',
  }).map(([name, text]) => [name, parseRecipe(operationsSegments(text))] as const),
);

function canonical(recipe: string, rules: RecipeRules = { presets }): string {
  return printRecipe(parseRecipe(operationsSegments(recipe), rules));
}

function problemOf(recipe: string, rules: RecipeRules = { presets }): RecipeError {
  try {
    canonical(recipe, rules);
  } catch (error) {
    if (error instanceof RecipeError) return error;
    throw error;
  }
  throw new Error(`${recipe} is allowed`);
}

describe('presets', () => {
  it('stand for their steps, in place', () => {
    expect(canonical('preset/thumb')).toBe('resize/100x100%5E/crop/100x100/quality/60');
    expect(canonical('rotate/90/preset/thumb/flip/h')).toBe(
      'rotate/90/resize/100x100%5E/crop/100x100/flip/h/quality/60',
    );
  });

  it('say of the result what the recipe does not say itself, a later one before an earlier one', () => {
    expect(canonical('quality/80/preset/thumb')).toContain('quality/80');
    expect(canonical('preset/thumb/quality/80')).toContain('quality/80');
    expect(canonical('preset/thumb/preset/avatar')).toMatch(/format\/webp\/quality\/70$/);
    expect(canonical('preset/avatar/preset/thumb')).toMatch(/format\/webp\/quality\/60$/);
  });

  it.each([
    ['preset/thmb', 'unknown_preset', 'thmb', 1, 'thumb'],
    ['flip/h/preset/Avatar', 'unknown_preset', 'Avatar', 3, 'avatar'],
    ['preset/__proto__', 'unknown_preset', '__proto__', 1, undefined],
    ['preset', 'missing_argument', 'preset', 0, undefined],
    ['prest/thumb', 'unknown_operation', 'prest', 0, 'preset'],
    ['preset/six/preset/six', 'too_many_steps', 'six', 3, undefined],
    ['preset/six/flip/h/flip/h/flip/h/flip/h/flip/h', 'too_many_steps', 'flip', 10, undefined],
  ])('names the mistake in %s', (recipe, code, segment, position, suggestion) => {
    expect(problemOf(recipe)).toMatchObject({ code, segment, position, suggestion });
  });

  it('are named where one is unknown, or it is said that there is none', () => {
    expect(problemOf('preset/x').expected).toBe('one of thumb, avatar, six');
    expect(problemOf('preset/x', {}).expected).toBe('no preset: none is configured here');
  });
});

describe('presetsOnly', () => {
  const rules: RecipeRules = { presets, presetsOnly: true };

  it.each(['preset/thumb', 'preset/thumb/format/webp', 'format/auto/preset/avatar', ''])(
    'allows %j',
    (recipe) => {
      expect(canonical(recipe, rules)).toBe(canonical(recipe));
    },
  );

  it.each([
    ['resize/100x', 'resize', 0],
    ['preset/thumb/flip/h', 'flip', 2],
    ['preset/thumb/preset/avatar', 'preset', 2],
    ['preset/thumb/quality/10', 'quality', 2],
    ['dpr/1.234/preset/thumb', 'dpr', 0],
  ])('does not allow %s', (recipe, segment, position) => {
    expect(problemOf(recipe, rules)).toMatchObject({ code: 'operation_not_allowed', segment, position });
  });

  it('allows the settings that are listed instead', () => {
    const listed = { ...rules, allowedSettings: ['quality'] };
    expect(canonical('preset/thumb/quality/10', listed)).toContain('quality/10');
    expect(problemOf('preset/thumb/format/webp', listed).segment).toBe('format');
  });
});

describe('allowedOperations and allowedSettings', () => {
  const rules: RecipeRules = {
    presets,
    allowedOperations: ['resize', 'filter/blur', 'filter/sepia'],
    allowedSettings: ['format'],
  };

  it.each(['resize/100x/filter/blur:3/format/png', 'filter/sepia', 'preset/avatar'])('allow %s', (recipe) => {
    expect(canonical(recipe, rules)).toBe(canonical(recipe));
  });

  it.each([
    ['resize/10x/crop/10x10', 'crop', 2],
    ['filter/negate', 'negate', 1],
    ['filter/blurred:3', 'blurred:3', 1],
    ['crop/nonsense', 'crop', 0],
    ['quality/80', 'quality', 0],
  ])('do not allow %s', (recipe, segment, position) => {
    expect(problemOf(recipe, rules)).toMatchObject({ code: 'operation_not_allowed', segment, position });
  });

  it('say what is allowed', () => {
    expect(problemOf('flip/h', rules).expected).toContain('one of preset, resize, filter/blur, filter/sepia');
    expect(problemOf('quality/1', rules).expected).toContain('no output setting but format');
    expect(problemOf('quality/1', { allowedSettings: [] }).expected).toMatch(/^no output setting \(/);
  });

  it('call a mistake in a name what it is', () => {
    expect(problemOf('resise/10x', rules).code).toBe('unknown_operation');
  });
});

describe('sizes', () => {
  const rules: RecipeRules = { presets, sizes: [100, 200] };

  it('allow sizes in pixels, and whatever asks for no size', () => {
    for (const recipe of ['resize/150x', 'resize/150x150%5E', 'cover/10x10', 'contain/n7x7', 'crop/16:9'])
      expect(canonical(recipe, rules)).toBe(canonical(recipe));
  });

  it.each(['50%25', '10000@', '16:9', '40%25x60%25'])('do not allow resize/%s', (size) => {
    expect(problemOf(`flip/h/resize/${size}`, rules)).toMatchObject({
      code: 'operation_not_allowed',
      segment: decodeURIComponent(size),
      position: 3,
    });
  });
});
