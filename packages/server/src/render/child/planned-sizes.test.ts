import { effectiveSteps, parseSteps, planSizes, printSteps } from '@images-server/recipe';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo } from '../../../test/pictures.ts';
import { renderSteps } from '../../../test/render-steps.ts';

const HASH = '0123456789'.repeat(4);

describe('planSizes', () => {
  const side = fc.integer({ min: 1, max: 60 });
  const box = fc.tuple(side, side).map((sides) => sides.join('x'));
  const ratio = fc.tuple(side, side).map((sides) => sides.join(':'));
  const point = fc.tuple(fc.nat(10), fc.nat(10)).map(([x, y]) => `${x / 10},${y / 10},`);
  const fixedWhere = fc.oneof(fc.constantFrom('', 'nw', 'n', 'e', 'se', 's'), point);
  const where = fc.oneof({ weight: 2, arbitrary: fixedWhere }, fc.constantFrom('smart', 'entropy'));
  const percent = fc.integer({ min: 1, max: 100 }).map((value) => `${value}%`);
  const argumentsOf = {
    resize: fc.oneof(
      fc.tuple(box, fc.constantFrom('', '>', '<', '^', '!')).map((parts) => parts.join('')),
      fc.integer({ min: 20, max: 200 }).map((value) => `${value}%`),
      fc.integer({ min: 1, max: 3000 }).map((value) => `${value}@`),
    ),
    crop: fc.oneof(
      fc.tuple(where, fc.oneof(box, ratio)).map((parts) => parts.join('')),
      fc.tuple(where, percent, fc.constant('x'), percent).map((parts) => parts.join('')),
      fc.tuple(fixedWhere, box, fc.constantFrom('+3-2', '-9+40')).map((parts) => parts.join('')),
    ),
    cover: fc.tuple(where, box, fc.constantFrom('', '>')).map((parts) => parts.join('')),
    contain: fc.tuple(fixedWhere, box, fc.constantFrom('', '>')).map((parts) => parts.join('')),
    extend: fc.oneof(
      fc.tuple(fixedWhere, box).map((parts) => parts.join('')),
      // Of a ratio like 1:60 two in a row would be a giant picture.
      fc.constantFrom('1:1', 'n16:9', '3:4'),
    ),
    pad: fc.oneof(fc.nat(9).map(String), fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)).map(String)),
    round: fc.oneof(side.map(String), fc.constantFrom('circle', '50%', '12.5%')),
    background: fc.constantFrom('ffffff', '336699', '00ff0080', '00000000'),
    rotate: fc.constantFrom('0', '90', '180', '270', '17', '300'),
    flip: fc.constantFrom('h', 'v', 'hv'),
    trim: fc.constantFrom('0', '20'),
    watermark: fc.constantFrom(HASH, `${HASH},se,offset:-3x2,opacity:50`, `${HASH},scale:30%,tile:2x1`),
    text: fc.constantFrom('text:words', 'sw,size:200,background:00000080,text:more of them'),
  };
  const step = fc.oneof(
    ...Object.entries(argumentsOf).map(([name, argument]) =>
      argument.map((text) => `${name}/${encodeURIComponent(text)}`),
    ),
  );
  const recipe = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'));
  const source = fc.record({
    width: fc.integer({ min: 1, max: 50 }),
    height: fc.integer({ min: 1, max: 50 }),
    kind: fc.constantFrom('grey', 'colour', 'transparent', 'jpeg'),
  });

  async function picture({ width, height, kind }: { width: number; height: number; kind: string }) {
    if (kind === 'grey') return photo(width, height).toColourspace('b-w').png().toBuffer();
    if (kind === 'colour') return photo(width, height).png().toBuffer();
    if (kind === 'jpeg') return photo(height, width).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    return sharp(await photo(width, height).png().toBuffer())
      .ensureAlpha(0.5)
      .png()
      .toBuffer();
  }

  it('law: the size that it promises is the size that comes out', async () => {
    const logo = await photo(9, 14).png().toBuffer();
    await fc.assert(
      fc.asyncProperty(recipe, source, fc.boolean(), async (text, original, enlarges) => {
        const asked = { steps: parseSteps(text), settings: {} };
        const steps = effectiveSteps(asked, { enlarges });
        const sizes = planSizes(steps, original);
        const overlays = { [HASH]: logo };
        const result = await renderSteps(await picture(original), printSteps(steps), 'png', overlays);
        const { width = 0, height = 0 } = await sharp(result.bytes).metadata();
        const knownUntil = steps.findIndex(({ operation }) => operation === 'trim');
        if (knownUntil === -1) expect({ width, height }).toEqual(sizes.at(-1));
        else expect(sizes[knownUntil + 1]).toBeUndefined();
        expect({ width, height }).toEqual({ width: result.width, height: result.height });
      }),
      { numRuns: 200 },
    );
  });
});
