import { describe, expect, it } from 'vitest';
import { RecipeError } from './errors.ts';
import { parseSteps } from './parse-steps.ts';

describe('parseSteps', () => {
  it('reads what printSteps writes, also of no steps', () => {
    expect(parseSteps('rotate/90/flip/hv')).toStrictEqual([
      { operation: 'rotate', values: { degrees: 90 } },
      { operation: 'flip', values: { horizontal: true, vertical: true } },
    ]);
    expect(parseSteps('')).toStrictEqual([]);
  });

  it('refuses what is no recipe', () => {
    expect(() => parseSteps('rotate')).toThrow(RecipeError);
  });
});
