import { OPERATIONS, parseRecipe, pathSegments, planTransparency } from '@images-server/recipe';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { frames, photo } from '../../../test/pictures.ts';
import { renderSteps } from '../../../test/render-steps.ts';

/** Every example of every operation; what needs other pictures, a configuration or faces has tests of its own. */
const RECIPES = OPERATIONS.filter(({ name }) => !['watermark', 'text', 'preset'].includes(name))
  .flatMap(({ examples }) => examples.map(({ recipe }) => recipe))
  .filter((recipe) => !recipe.includes('face'));

function stepsOf(recipe: string) {
  return parseRecipe(pathSegments(`/${recipe}`, 0)).steps;
}

describe('every operation', () => {
  const playing = { delay: [100, 250, 400], loop: 3 };
  const colors = [
    [230, 200, 90],
    [90, 230, 240],
    [250, 220, 230],
  ];
  const animations = new Map<string, Buffer>();
  let opaque: Buffer;
  beforeAll(async () => {
    for (const format of ['gif', 'webp'] as const) {
      // Dark at the right, from another column on in each: no filter makes two frames alike, which would become one.
      const stills = await frames(60, 45, colors).raw().toBuffer();
      const drawn = Buffer.from(
        stills.map((level, at) => {
          const [column, frame] = [Math.floor(at / 3) % 60, Math.floor(at / (60 * 45 * 3))];
          return column < 20 + 10 * frame ? level : level >> 2;
        }),
      );
      const raw = { width: 60, height: 135, channels: 3, pageHeight: 45 } as const;
      const image = sharp(drawn, { raw, pages: -1 });
      animations.set(format, await image.toFormat(format, playing).toBuffer());
    }
    opaque = await photo(60, 45).png().toBuffer();
  });

  it.each(RECIPES)('keeps frames, delays and loop: %s', async (recipe) => {
    for (const [format, animation] of animations) {
      const { bytes } = await renderSteps(animation, recipe, format === 'gif' ? 'webp' : 'gif');
      const { pages, delay, loop } = await sharp(bytes).metadata();
      expect({ pages, delay, loop }).toEqual({ pages: 3, ...playing });
    }
  });

  it.each(RECIPES)('leaves nothing transparent where the plan says so: %s', async (recipe) => {
    for (const steps of [recipe, `rotate/10/${recipe}`, `background/ffffff/${recipe}`]) {
      const planned = planTransparency(stepsOf(steps), { width: 60, height: 45, hasAlpha: false });
      if (!planned)
        expect((await sharp((await renderSteps(opaque, steps)).bytes).stats()).isOpaque).toBe(true);
    }
    expect(
      planTransparency(stepsOf(`${recipe}/background/ffffff`), { width: 60, height: 45, hasAlpha: true }),
    ).toBe(false);
  });
});
