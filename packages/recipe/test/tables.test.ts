import { findOperation, OPERATIONS, parseRecipe, pathSegments, SETTINGS } from '@images-server/recipe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as operations from '../src/operations/table.ts';
import * as settings from '../src/settings/table.ts';
import { ARBITRARY_ARGUMENTS, ARBITRARY_SETTINGS } from './support/arbitrary-recipe.ts';

const parts = [...OPERATIONS, ...SETTINGS];

describe('OPERATIONS and SETTINGS', () => {
  it('are exported under the name that stands in the URL, and no name means two things', () => {
    const names = [...Object.entries(operations), ...Object.entries(settings)];
    for (const [exportName, part] of names) expect(exportName).toBe(part.name);
    expect(new Set(names.map(([name]) => name)).size).toBe(names.length);
  });

  it('all have arbitrary arguments for the laws', () => {
    expect(Object.keys({ ...ARBITRARY_ARGUMENTS, ...ARBITRARY_SETTINGS }).sort()).toEqual(
      parts.map((part) => part.name).sort(),
    );
  });

  it.each(parts)('$name says what it does and takes, with examples of its own', (part) => {
    expect(part.summary).toMatch(/^[A-Z].*\.$/);
    expect(part.argument).not.toBe('');
    expect(part.details).not.toBe('');
    expect(part.examples.length).toBeGreaterThan(0);
    for (const { recipe, meaning } of part.examples) {
      expect(`/${recipe}`).toContain(`/${part.name}/`);
      expect(meaning).not.toBe('');
    }
  });

  it.each(parts.flatMap((part) => part.examples))('read the example $recipe', ({ recipe }) => {
    const { steps, settings: read } = parseRecipe(pathSegments(`/${recipe}`, 0));
    expect(steps.length + Object.keys(read).length).toBe(recipe.split('/').length / 2);
  });
});

describe('scale', () => {
  it('law: without a denser display nothing changes, and what it gives can be printed and read', () => {
    for (const [name, argument] of Object.entries(ARBITRARY_ARGUMENTS)) {
      const operation = findOperation(name);
      fc.assert(
        fc.property(argument, fc.double({ min: 0.1, max: 8, noNaN: true }), (text, dpr) => {
          const values = operation?.parse(text);
          if (operation?.scale === undefined || values === undefined) return;
          expect(operation.scale(values, 1)).toStrictEqual(values);
          const scaled = operation.scale(values, dpr);
          expect(operation.parse(operation.print(scaled))).toStrictEqual(scaled);
        }),
      );
    }
  });
});
