import { describe, expect, it } from 'vitest';
import { madeFromMark } from '../cache/made-from.ts';
import type { VariantPlan } from './plan-variant.ts';
import { variantKey } from './variant-key.ts';

const PLAN: VariantPlan = {
  steps: 'resize/100x',
  page: undefined,
  needsFaces: false,
  overlays: [],
  fontsRevision: undefined,
  output: { format: 'jpeg', quality: 80 },
  outputLimits: { maxSidePx: 1, maxPixels: 1, maxResultPixels: 1 },
  sizes: [],
  frames: 1,
  formatBy: 'original',
  variesBy: [],
  budget: undefined,
};

describe('variantKey', () => {
  it('is 40 hex digits, and the mark of each picture that is laid on', () => {
    expect(variantKey(PLAN, 'a')).toMatch(/^[0-9a-f]{40}$/);
    const [logo, seal] = ['1'.repeat(40), '2'.repeat(40)];
    const key = variantKey({ ...PLAN, overlays: [logo, seal] }, 'a');
    expect(key.slice(40)).toBe(madeFromMark(logo) + madeFromMark(seal));
  });

  it('is another one for other bytes, steps, pages, output or fonts', () => {
    const keys = [
      variantKey(PLAN, 'a'),
      variantKey(PLAN, 'b'),
      variantKey({ ...PLAN, steps: 'resize/101x' }, 'a'),
      variantKey({ ...PLAN, page: 2 }, 'a'),
      variantKey({ ...PLAN, output: { format: 'jpeg', quality: 81 } }, 'a'),
      variantKey({ ...PLAN, fontsRevision: 'x' }, 'a'),
      variantKey({ ...PLAN, fontsRevision: 'y' }, 'a'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('fits into the name of a file with as many overlays as there can be steps', () => {
    const overlays = Array.from({ length: 10 }, (_, index) => String(index).repeat(40));
    expect(`${variantKey({ ...PLAN, overlays }, 'a')}-in-budget`.length).toBeLessThanOrEqual(255);
  });
});
