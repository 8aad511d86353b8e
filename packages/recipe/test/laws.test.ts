import {
  ArgumentError,
  effectiveSteps,
  OPERATIONS,
  operationsSegments,
  parseRecipe,
  parseSteps,
  pathSegments,
  planSizes,
  printRecipe,
  printSteps,
  RecipeError,
  SETTINGS,
} from '@images-server/recipe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARBITRARY_ARGUMENTS, arbitraryRecipe, arbitrarySegments } from './support/arbitrary-recipe.ts';
import { imageMagickSize } from './support/imagemagick-size.ts';

const arbitrarySize = fc.record({
  width: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6000 })),
  height: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6000 })),
});

function parsePath(recipe: string) {
  return parseRecipe(pathSegments(`/image/0a1b/${recipe}`, 2));
}

describe('printRecipe', () => {
  it('law: parse undoes print, in a path and in a query', () => {
    const arbitraryNonEmpty = arbitraryRecipe.filter((recipe) => printRecipe(recipe) !== '');
    fc.assert(
      fc.property(arbitraryNonEmpty, (recipe) => {
        const text = printRecipe(recipe);
        expect(parsePath(text)).toStrictEqual(recipe);
        expect(parseRecipe(operationsSegments(text))).toStrictEqual(recipe);
        expect(text).toMatch(/^[A-Za-z0-9\-_.!~*'()+,:@%/]+$/);
      }),
      { numRuns: 5000 },
    );
  });

  it('law: what it prints is canonical, so that printing it again changes nothing', () => {
    fc.assert(
      fc.property(arbitrarySegments, (segments) => {
        const canonical = printRecipe(parseRecipe(segments));
        expect(printRecipe(parseRecipe(operationsSegments(canonical)))).toBe(canonical);
      }),
      { numRuns: 5000 },
    );
  });

  it('law: where the settings stand does not matter', () => {
    fc.assert(
      fc.property(arbitraryRecipe, ({ steps, settings }) => {
        const stepsText = printSteps(steps);
        const settingsText = printRecipe({ steps: [], settings });
        const settingsFirst = [settingsText, stepsText].filter((text) => text !== '').join('/');
        const again = parseRecipe(operationsSegments(settingsFirst));
        expect(printRecipe(again)).toBe(printRecipe({ steps, settings }));
      }),
    );
  });
});

describe('printSteps', () => {
  it('law: parseSteps undoes it', () => {
    fc.assert(
      fc.property(arbitraryRecipe, ({ steps }) => {
        expect(parseSteps(printSteps(steps))).toStrictEqual(steps);
      }),
    );
  });
});

describe('planSizes', () => {
  it('law: the canonical spelling of a geometry has the size that ImageMagick gives for the one written', () => {
    fc.assert(
      fc.property(ARBITRARY_ARGUMENTS.resize, arbitrarySize, (geometry, source) => {
        const [, planned] = planSizes(parseRecipe(['resize', geometry]).steps, source);
        expect(planned).toEqual(imageMagickSize(geometry, source));
      }),
      { numRuns: 20_000 },
    );
  });

  it('law: every size before a trim is whole pixels, at least one', () => {
    fc.assert(
      fc.property(arbitraryRecipe, arbitrarySize, ({ steps }, source) => {
        const firstTrim = steps.findIndex(({ operation }) => operation === 'trim');
        const sizes = planSizes(steps, source);
        for (const size of firstTrim === -1 ? sizes : sizes.slice(0, firstTrim + 1)) {
          expect(Number.isInteger(size?.width) && Number.isInteger(size?.height)).toBe(true);
          expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });
});

describe('effectiveSteps', () => {
  it('law: there is nothing left for dpr and enlarge to change in them', () => {
    fc.assert(
      fc.property(arbitraryRecipe, fc.boolean(), ({ steps, settings }, enlarges) => {
        const effective = effectiveSteps({ steps, settings }, { enlarges });
        const { dpr: _dpr, ...rest } = settings;
        expect(effectiveSteps({ steps: effective, settings: rest }, { enlarges })).toStrictEqual(effective);
        expect(parseSteps(printSteps(effective))).toStrictEqual(effective);
      }),
    );
  });

  it('law: without enlarging no resize, cover or contain makes a side longer, but for the box of contain', () => {
    const settings = { enlarge: false };
    fc.assert(
      fc.property(arbitraryScaling, arbitrarySize, (segments, source) => {
        const { steps } = parseRecipe(segments);
        const [, after] = planSizes(effectiveSteps({ steps, settings }, { enlarges: true }), source);
        expect(after?.width).toBeLessThanOrEqual(source.width);
        expect(after?.height).toBeLessThanOrEqual(source.height);
      }),
      { numRuns: 5000 },
    );
  });

  const arbitraryScaling = fc.oneof(
    ARBITRARY_ARGUMENTS.resize.map((argument) => ['resize', argument]),
    ARBITRARY_ARGUMENTS.cover.map((argument) => ['cover', argument]),
  );
});

describe('parseRecipe', () => {
  const fragment = fc.oneof(
    fc.constantFrom(...[...OPERATIONS, ...SETTINGS].map((part) => part.name), 'webp', 'auto', 'Resize', 'x'),
    fc.constantFrom(
      '/',
      '//',
      '%',
      '%2F',
      '%25',
      '%3E',
      '%5C',
      '%00',
      '%FF',
      '.',
      '..',
      '\\',
      '+',
      '-',
      '\0',
    ),
    fc.constantFrom(
      '0',
      '1',
      '100',
      '99999999999999999999',
      '1e9',
      '.5',
      '50%',
      '16:9',
      '^',
      '<',
      '>',
      '!',
      '@',
    ),
    fc.constantFrom(
      'nw',
      'c',
      'smart',
      '0.5,0.5,',
      ',',
      'h',
      'on',
      'ffffff',
      '300x200',
      '١٠',
      '\ud800',
      '😀',
      'NaN',
      '__proto__',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const garbage = fc.oneof(
    fc.array(fragment, { maxLength: 8 }).map((fragments) => fragments.join('')),
    fc.array(fragment, { maxLength: 8 }).map((fragments) => fragments.join('/')),
    arbitrarySegments.map((segments) => segments.join('/')),
  );

  it('law: 100,000 random strings give a recipe or a RecipeError, nothing else', () => {
    let recipes = 0;
    const read = (text: string, segments: (text: string) => string[]) => {
      try {
        const recipe = parseRecipe(segments(text));
        recipes += 1;
        return printRecipe(recipe);
      } catch (error) {
        if (error instanceof RecipeError) return undefined;
        throw error;
      }
    };
    fc.assert(
      fc.property(garbage, (text) => {
        const printed = read(text, operationsSegments);
        if (printed !== undefined && read(printed, operationsSegments) !== printed) return false;
        read(text, (path) => pathSegments(`/${path}`, 0));
        return true;
      }),
      { numRuns: 100_000 },
    );
    expect(recipes).toBeGreaterThan(10_000);
  });

  it.each([
    ['digits', '1', ''],
    ['digits and a foreign letter', '1', 'z'],
    ['points', '1.', ''],
    ['percent signs', '%', ''],
    ['escapes', '%C3', '%A9'],
    ['flags', '<>', 'z'],
    ['x', 'x', '!'],
    ['offsets', '+1', ''],
    ['commas', '0,', '1x1'],
    ['white space', ' ', 'x'],
    ['slashes', '/', ''],
    ['pairs', 'rotate/90/', ''],
    ['letters', 'resize', ''],
  ])('takes less than 50 ms for 100 kB of %s', (_name, repeated, end) => {
    const text = repeated.repeat(Math.ceil(100_000 / repeated.length)) + end;
    const elapsed = Math.min(...[1, 2, 3].map(() => elapsedMs(text)));
    expect(elapsed).toBeLessThan(50);
  });

  function elapsedMs(text: string): number {
    const start = performance.now();
    expect(() => parseRecipe(operationsSegments(text))).toThrow(RecipeError);
    expect(() => parseRecipe(pathSegments(`/${text}`, 0))).toThrow(RecipeError);
    // The grammars themselves are linear too, without the limit on a recipe's length.
    for (const part of [...OPERATIONS, ...SETTINGS]) expect(() => part.parse(text)).toThrow(ArgumentError);
    return performance.now() - start;
  }
});
