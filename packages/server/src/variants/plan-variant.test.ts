import { type OutputFormat, parseRecipe } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { PHOTOGRAPH } from '../../test/pictures.ts';
import type { PictureFacts } from '../render/protocol.ts';
import type { Client } from './client.ts';
import type { OutputPolicy } from './output-policy.ts';
import { planVariant, type VariantPlan } from './plan-variant.ts';
import { variantKey } from './variant-key.ts';

const ANIMATION: PictureFacts = { ...PHOTOGRAPH, format: 'gif', width: 200, height: 100, frames: 12 };
const LOGO: PictureFacts = { ...PHOTOGRAPH, format: 'png', hasAlpha: true };
const SCAN: PictureFacts = {
  ...PHOTOGRAPH,
  format: 'tiff',
  pages: [PHOTOGRAPH, { ...PHOTOGRAPH, width: 300, height: 400, hasAlpha: true }].map((page) => ({
    ...page,
    format: 'tiff',
  })),
};

const POLICY: OutputPolicy = {
  defaultFormat: 'original',
  enlarge: true,
  progressive: false,
  qualityAutoSimilarity: 0.98,
  avifBudgetMs: 2000,
  clientHints: false,
  fonts: { names: ['lobster'], revision: 'fonts-1' },
};
const NOBODY: Client = { accepted: new Map(), savesData: false, dpr: undefined, widthPx: undefined };
const CHROME = accepting('avif', 'webp', 'jpeg', 'png', 'gif');
const OLD_SAFARI = accepting('jpeg', 'png', 'gif');

function accepting(...formats: OutputFormat[]): Client {
  return { ...NOBODY, accepted: new Map(formats.map((format) => [format, 1])) };
}

function plan(
  recipe: string,
  given: { facts?: PictureFacts; client?: Partial<Client>; policy?: Partial<OutputPolicy> } = {},
): VariantPlan {
  return planVariant({
    recipe: parseRecipe(recipe === '' ? [] : recipe.split('/')),
    facts: given.facts ?? PHOTOGRAPH,
    client: { ...NOBODY, ...given.client },
    policy: { ...POLICY, ...given.policy },
  });
}

describe('planVariant', () => {
  it.each([
    ['resize/100x/dpr/2', 'resize/200x'],
    ['dpr/1.5/cover/100x100', 'cover/150x150'],
    ['format/jpeg', ''],
    ['quality/80', ''],
    ['page/1', ''],
    ['progressive/off/lossless/on/subsampling/420/dpr/1', ''],
    ['resize/300x300/enlarge/off', 'resize/300x300>'],
    ['format/webp/progressive/on/subsampling/444', 'format/webp'],
    ['format/png/quality/50/lossless/on', 'format/png'],
    ['format/webp/lossless/on/quality/30', 'format/webp/lossless/on'],
    ['maxbytes/100kb', 'maxbytes/102400'],
  ])('gives %s and %s one key', (first, second) => {
    expect(variantKey(plan(first), 'id')).toBe(variantKey(plan(second), 'id'));
  });

  it('gives what differs different keys', () => {
    const recipes = ['', 'quality/81', 'quality/auto', 'progressive/on', 'subsampling/444', 'maxbytes/9000'];
    const more = ['format/webp', 'format/webp/lossless/on', 'resize/100x', 'dpr/2/resize/100x'];
    const keys = [...recipes, ...more].map((recipe) => variantKey(plan(recipe), 'id'));
    expect(new Set(keys).size).toBe(keys.length);
    const frames = ['', 'page/1', 'page/2'].map((recipe) =>
      variantKey(plan(recipe, { facts: ANIMATION }), 'id'),
    );
    expect(new Set(frames).size).toBe(3);
  });

  it('knows the configured answer to whether steps enlarge', () => {
    const policy = { enlarge: false };
    expect(plan('resize/3200x', { policy }).sizes.at(-1)).toEqual({ width: 1600, height: 1200 });
    expect(plan('resize/3200x/enlarge/on', { policy }).sizes.at(-1)).toEqual({ width: 3200, height: 2400 });
  });

  it('takes one frame of an animation, or the first where the format has no animation', () => {
    expect(plan('', { facts: ANIMATION })).toMatchObject({ frames: 12, page: undefined });
    expect(plan('page/12', { facts: ANIMATION })).toMatchObject({ frames: 1, page: 12 });
    expect(plan('format/jpeg', { facts: ANIMATION })).toMatchObject({ frames: 1, page: 1 });
    expect(plan('page/2/format/auto', { facts: ANIMATION, client: CHROME }).output.format).toBe('avif');
  });

  it('takes one page of a TIFF, with its own size', () => {
    expect(plan('resize/50%', { facts: SCAN })).toMatchObject({ page: 1, output: { format: 'jpeg' } });
    const second = plan('page/2/resize/50%', { facts: SCAN });
    expect(second).toMatchObject({ page: 2, output: { format: 'png' } });
    expect(second.sizes).toEqual([
      { width: 300, height: 400 },
      { width: 150, height: 200 },
    ]);
  });

  it.each([
    ['page/2', PHOTOGRAPH],
    ['page/13', ANIMATION],
    ['page/3', SCAN],
  ])('refuses %s of a picture with fewer', (recipe, facts) => {
    expect(() => plan(recipe, { facts })).toThrow(
      expect.objectContaining({ code: 'page_not_found', message: expect.stringMatching(/that has \d+$/) }),
    );
  });

  it('lets the client decide where the recipe or the configuration says so, and only then', () => {
    for (const given of [{ client: CHROME }, { client: OLD_SAFARI }]) {
      expect(plan('resize/100x', given)).toMatchObject({ output: { format: 'jpeg' }, variesBy: [] });
    }
    const auto = 'resize/100x/format/auto';
    expect(plan(auto, { client: CHROME })).toMatchObject({
      output: { format: 'avif', quality: 52 },
      variesBy: ['accepted'],
    });
    expect(plan(auto, { client: OLD_SAFARI }).output.format).toBe('jpeg');
    const policy = { defaultFormat: 'auto' } as const;
    expect(plan('resize/100x', { client: CHROME, policy })).toMatchObject({
      output: { format: 'avif' },
      variesBy: ['accepted'],
    });
    expect(plan('format/png', { client: CHROME, policy })).toMatchObject({ variesBy: [] });
  });

  it('loses no transparency to format/auto, that of steps included', () => {
    expect(plan('format/auto', { facts: LOGO, client: OLD_SAFARI }).output.format).toBe('png');
    expect(plan('rotate/10/format/auto', { client: OLD_SAFARI }).output.format).toBe('png');
    const onWhite = 'background/ffffff/rotate/10/format/auto';
    expect(plan(onWhite, { client: OLD_SAFARI }).output.format).toBe('jpeg');
  });

  it('keeps animations in format/auto', () => {
    const given = { facts: ANIMATION };
    expect(plan('format/auto', { ...given, client: CHROME })).toMatchObject({
      output: { format: 'webp' },
      frames: 12,
    });
    expect(plan('format/auto', { ...given, client: accepting('avif', 'gif') }).output.format).toBe('gif');
  });

  it('has something else at hand for an AVIF that nobody named', () => {
    const auto = plan('resize/100x/format/auto', { client: CHROME });
    expect(auto.budget?.ms).toBe(2000);
    expect(auto.budget?.otherwise()).toMatchObject({ output: { format: 'webp' }, budget: undefined });
    expect(plan('resize/100x/format/avif', { client: CHROME }).budget).toBeUndefined();
    const facts = { ...PHOTOGRAPH, format: 'avif' } as const;
    expect(plan('flip/h', { facts }).budget?.otherwise().output.format).toBe('webp');
    const none = { avifBudgetMs: 0 };
    expect(plan('format/auto', { client: CHROME, policy: none }).output.format).toBe('webp');
  });

  it('makes no AVIF of more than 2 megapixels unless asked, and then refuses', () => {
    const facts = { ...PHOTOGRAPH, width: 2000, height: 1001 };
    expect(plan('format/auto', { facts, client: CHROME }).output.format).toBe('webp');
    expect(plan('flip/h', { facts: { ...facts, format: 'avif' } }).output.format).toBe('webp');
    expect(() => plan('format/avif', { facts })).toThrow(
      expect.objectContaining({ code: 'result_too_large' }),
    );
  });

  it.each([
    ['webp', PHOTOGRAPH, 'webp'],
    ['jpeg', LOGO, 'png'],
    ['jpeg', ANIMATION, 'gif'],
    ['webp', ANIMATION, 'webp'],
    ['avif', { ...PHOTOGRAPH, width: 4000 }, 'jpeg'],
  ] as const)(
    'takes the configured format %s where it can hold the picture',
    (defaultFormat, facts, expected) => {
      expect(plan('', { facts, policy: { defaultFormat } }).output.format).toBe(expected);
    },
  );

  it('listens to client hints only where the configuration says so', () => {
    const client = { savesData: true, dpr: 2, widthPx: 700 };
    expect(plan('resize/100x', { client })).toMatchObject({ steps: 'resize/100x', variesBy: [] });
    const policy = { clientHints: true };
    expect(plan('resize/100x', { client, policy })).toMatchObject({
      steps: 'resize/200x',
      output: { quality: 60 },
      variesBy: ['savesData', 'dpr'],
    });
    expect(plan('resize/100x/dpr/1/quality/70', { client, policy })).toMatchObject({
      steps: 'resize/100x',
      output: { quality: 70 },
      variesBy: [],
    });
    expect(plan('flip/h/format/png', { client, policy })).toMatchObject({
      steps: 'flip/h/resize/700x%3E',
      variesBy: ['widthPx'],
    });
    const silent = plan('flip/h/format/png', { policy });
    expect(silent).toMatchObject({ steps: 'flip/h', variesBy: ['widthPx'] });
  });

  it('names the pictures that are laid on, and the fonts where something is written', () => {
    const hash = '0123456789'.repeat(4);
    expect(plan(`watermark/${hash}/text/text:a`)).toMatchObject({
      overlays: [hash],
      fontsRevision: 'fonts-1',
    });
    expect(plan('text/font:lobster,text:a').fontsRevision).toBe('fonts-1');
    expect(plan('resize/100x')).toMatchObject({ overlays: [], fontsRevision: undefined });
    expect(() => plan('text/font:lobter,text:a')).toThrow(
      expect.objectContaining({ code: 'font_not_found', message: expect.stringContaining('only lobster') }),
    );
  });

  it('applies the limits before any pixel is read, frames counted', () => {
    expect(() => plan('resize/16385x')).toThrow(/a side over 16384 pixels/);
    expect(() => plan('resize/8000x')).toThrow(/more than the 40000000 pixels/);
    expect(() => plan('resize/2600x', { facts: ANIMATION })).toThrow(/2600x1300 times 12 frames/);
    expect(plan('resize/2600x/page/1', { facts: ANIMATION }).frames).toBe(1);
  });
});
