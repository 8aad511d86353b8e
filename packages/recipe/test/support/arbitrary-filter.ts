import fc from 'fast-check';
import type * as filters from '../../src/filters/table.ts';

const sigma = fc.oneof(hundredths(30, 10_000), fc.constantFrom('.5', '+2', '007', '1.50'));
const percent = fc.oneof(hundredths(-10_000, 10_000), fc.constantFrom('-0', '+20', '0', '.25'));
const length = fc.oneof(
  fc.integer({ min: -30, max: 3000 }).map(String),
  hundredths(0, 10_000).map((value) => `${value}%`),
  fc.integer({ min: 0, max: 99 }).map((value) => `0.${value}`),
);
const side = fc.oneof(
  fc.integer({ min: 1, max: 3000 }).map(String),
  hundredths(1, 10_000).map((value) => `${value}%`),
  fc.constantFrom('.07', '0.5', '1.0'),
);
const color = fc
  .tuple(fc.integer({ min: 0, max: 0xffffff }), fc.boolean())
  .map(([value, upper]) => value.toString(16).padStart(6, '0')[upper ? 'toUpperCase' : 'toLowerCase']());

function hundredths(min: number, max: number): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map((value) => String(value / 100));
}

function withValues(name: string, ...values: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...values).map((chosen) => `${name}:${chosen.join(',')}`);
}

/** For each filter the arguments that it takes; a filter without an entry does not compile. */
export const ARBITRARY_FILTERS: Readonly<Record<keyof typeof filters, fc.Arbitrary<string>>> = {
  blur: withValues('blur', sigma),
  brightness: withValues('brightness', percent),
  contrast: withValues('contrast', percent),
  duotone: withValues('duotone', color, color),
  edges: fc.constant('edges'),
  emboss: fc.constant('emboss'),
  equalize: fc.constant('equalize'),
  gamma: withValues('gamma', hundredths(10, 1000)),
  grayscale: fc.constant('grayscale'),
  hue: withValues(
    'hue',
    fc.integer({ min: -1000, max: 1000 }).map((degrees) => `${degrees}`),
  ),
  median: withValues(
    'median',
    fc.integer({ min: 0, max: 25 }).map((reach) => String(2 * reach + 1)),
  ),
  negate: fc.constant('negate'),
  noise: withValues('noise', hundredths(0, 10_000)),
  normalize: fc.constant('normalize'),
  pixelate: withValues('pixelate', fc.integer({ min: 1, max: 16_384 }).map(String)),
  posterize: withValues('posterize', fc.integer({ min: 2, max: 64 }).map(String)),
  redact: fc.oneof(
    withValues('redact', fc.constantFrom('blur', 'pixelate'), length, length, side, side),
    fc.constantFrom('redact:blur,faces', 'redact:pixelate,faces'),
  ),
  saturation: withValues('saturation', percent),
  sepia: fc.constant('sepia'),
  sharpen: fc.oneof(withValues('sharpen', sigma), fc.constantFrom('sharpen', 'sharpen:1')),
  threshold: withValues('threshold', fc.integer({ min: 0, max: 255 }).map(String)),
  tint: withValues('tint', color),
  vignette: fc.oneof(
    withValues('vignette', hundredths(0, 10_000)),
    fc.constantFrom('vignette', 'vignette:50'),
  ),
};

/** The arguments of `filter`. */
export const arbitraryFilter: fc.Arbitrary<string> = fc.oneof(...Object.values(ARBITRARY_FILTERS));
