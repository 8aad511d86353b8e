import { parseRecipe, type Recipe } from '@images-server/recipe';
import fc from 'fast-check';
import type * as operations from '../../src/operations/table.ts';
import type * as settings from '../../src/settings/table.ts';
import { arbitraryFilter } from './arbitrary-filter.ts';

const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20_000 })).map(String);
const decimal = text(
  fc.integer({ min: 1, max: 99 }).map(String),
  '.',
  fc.integer({ min: 0, max: 999 }).map(String),
);
const number = fc.oneof(side, decimal);
const percent = fc.oneof(number, fc.constantFrom('0.1', '.5', '0050', '33.30'));
const flags = fc.subarray(['!', '<', '>', '^'], { minLength: 0 }).map((chosen) => chosen.join(''));
const fixedWhere = fc.oneof(
  fc.constantFrom('', 'nw', 'n', 'ne', 'w', 'c', 'e', 'sw', 's', 'se'),
  fc.tuple(fraction(), fraction()).map(([x, y]) => `${x},${y},`),
);
const where = fc.oneof(fixedWhere, fc.constantFrom('smart', 'entropy', 'face'));
const cropSide = fc.oneof(
  side,
  fc.integer({ min: 1, max: 1000 }).map((tenths) => `${tenths / 10}%`),
  fc.integer({ min: 1, max: 99 }).map((hundredths) => `.${String(hundredths).padStart(2, '0')}`),
  fc.constantFrom('1.0', '0.5', '.070', '100.0%', '.5%'),
);
const margin = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3000 })).map(String);
const onlyShrinks = fc.constantFrom('', '>');
const hex = fc.stringMatching(/^(?:[0-9a-fA-F]{2}){3,4}$/);
const offset = fc.integer({ min: -3000, max: 3000 }).map((value) => (value < 0 ? `${value}` : `+${value}`));

const length = fc.oneof(
  fc.integer({ min: -300, max: 3000 }).map(String),
  fc.integer({ min: 0, max: 1000 }).map((tenths) => `${tenths / 10}%`),
  fc.constantFrom('-0', '+5', '.5', '-.25', '0%', '007'),
);
const placementOptions = fc.tuple(
  fixedWhere.map((place) => place.replace(/,$/, '')),
  fc.oneof(fc.constant(''), text('offset:', length, 'x', length)),
);
const hash = fc.stringMatching(/^[0-9a-f]{40}$/);
const watermarkOption = fc.tuple(
  fc.oneof(
    fc.constant(''),
    fc.integer({ min: 1, max: 1000 }).map((tenths) => `scale:${tenths / 10}%`),
  ),
  fc.oneof(fc.constantFrom('', 'opacity:100.0', 'opacity:.5'), text('opacity:', percentage())),
  fc.oneof(fc.constantFrom('', 'tile', 'tile:0x0'), text('tile:', margin, 'x', margin)),
);
const textOption = fc.tuple(
  fc.oneof(
    fc.constantFrom('', 'size:5%', 'size:.1'),
    side.map((px) => `size:${px}`),
  ),
  fc.oneof(fc.constant(''), text('box:', cropSide, 'x', cropSide)),
  fc.constantFrom('', 'font:lobster', 'font:noto-serif-2'),
  fc.constantFrom('', 'weight:400', 'weight:900'),
  fc.oneof(fc.constant(''), text('color:', hex)),
  fc.oneof(fc.constant(''), text('background:', hex)),
);
const words = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.constantFrom('Hello, world', 'text:text:', 'a:b,c', ' 50% ', 'e\u0301', 'שלום', '日本語'),
  )
  .filter((written) => written.trim() !== '' && !/[\p{Cc}\p{Cs}/\\]/u.test(written.normalize('NFC')));

/** Options in any order. */
function shuffled(options: fc.Arbitrary<readonly string[]>): fc.Arbitrary<string> {
  return options.chain((all) => {
    const written = all.filter((option) => option !== '');
    return fc.shuffledSubarray([...written], { minLength: written.length }).map((order) => order.join(','));
  });
}

function percentage(): fc.Arbitrary<string> {
  return fc.integer({ min: 0, max: 100 }).map(String);
}

function fraction(): fc.Arbitrary<string> {
  return fc.integer({ min: 0, max: 1000 }).map((thousandths) => (thousandths / 1000).toString());
}

function text(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  const arbitraries = parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part));
  return fc.tuple(...arbitraries).map((chosen) => chosen.join(''));
}

/** For each operation the arguments that it takes; an operation without an entry does not compile. */
export const ARBITRARY_ARGUMENTS: Readonly<Record<keyof typeof operations, fc.Arbitrary<string>>> = {
  background: fc.oneof(hex, fc.constantFrom('FFFFFF', 'ffffffff', '12345600')),
  contain: text(fixedWhere, side, 'x', side, onlyShrinks),
  cover: text(where, side, 'x', side, onlyShrinks),
  crop: fc.oneof(
    text(where, cropSide, 'x', cropSide),
    text(fixedWhere, cropSide, 'x', cropSide, offset, offset),
    text(where, side, ':', side),
    text(where, decimal, ':', side),
  ),
  extend: fc.oneof(
    text(fixedWhere, side, 'x', side),
    text(fixedWhere, side, ':', side),
    text(fixedWhere, decimal, ':', side),
  ),
  filter: arbitraryFilter,
  flip: fc.constantFrom('h', 'v', 'hv'),
  pad: fc.oneof(margin, text(margin, ',', margin, ',', margin, ',', margin)),
  resize: fc.oneof(
    text(number, flags),
    text(side, 'x', flags),
    text('x', side, flags),
    text(side, 'x', side, flags),
    text(side, 'x', side, offset, offset, flags),
    text(percent, '%', flags),
    text('x', percent, '%', flags),
    text(percent, '%x', percent, '%', flags),
    text(number, '@', flags),
    text(number, ':', number, flags),
  ),
  rotate: fc.oneof(
    fc.integer({ min: -999_999, max: 999_999 }).map(String),
    fc.constantFrom('+90', '-0', '0', '270'),
  ),
  round: fc.oneof(
    side,
    fc.integer({ min: 1, max: 500 }).map((tenths) => `${tenths / 10}%`),
    fc.constantFrom('circle', '050%', '.5%', '12.50%'),
  ),
  text: fc
    .tuple(shuffled(fc.tuple(placementOptions, textOption).map((options) => options.flat())), words)
    .map(([options, written]) => `${options === '' ? '' : `${options},`}text:${written}`),
  trim: fc.oneof(fc.integer({ min: 0, max: 100 }).map(String), fc.constantFrom('00', '010')),
  watermark: fc
    .tuple(hash, shuffled(fc.tuple(placementOptions, watermarkOption).map((options) => options.flat())))
    .map(([picture, options]) => (options === '' ? picture : `${picture},${options}`)),
};

/** For each output setting the arguments that it takes; a setting without an entry does not compile. */
export const ARBITRARY_SETTINGS: Readonly<Record<keyof typeof settings, fc.Arbitrary<string>>> = {
  dpr: fc.oneof(
    fc.integer({ min: 100, max: 8000 }).map((thousandths) => String(thousandths / 1000)),
    fc.constantFrom('1', '2.0', '.5', '8.'),
  ),
  enlarge: fc.constantFrom('on', 'off'),
  format: fc.constantFrom('jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'auto'),
  lossless: fc.constantFrom('on', 'off'),
  maxbytes: fc.oneof(
    fc.integer({ min: 1, max: 2 ** 30 }).map(String),
    fc.integer({ min: 1, max: 1024 }).map((count) => `${count}kb`),
    fc.integer({ min: 1, max: 1024 }).map((count) => `${count}mb`),
    fc.constantFrom('1024', '1048576', '01kb'),
  ),
  page: fc.oneof(fc.integer({ min: 1, max: 100_000 }).map(String), fc.constant('01')),
  progressive: fc.constantFrom('on', 'off'),
  quality: fc.oneof(fc.integer({ min: 1, max: 100 }).map(String), fc.constant('auto')),
  subsampling: fc.constantFrom('420', '444', 'auto'),
};

const arbitraryStep = fc.oneof(
  ...Object.entries(ARBITRARY_ARGUMENTS).map(([name, argument]) => fc.tuple(fc.constant(name), argument)),
);

const arbitrarySettings = fc
  .tuple(
    ...Object.entries(ARBITRARY_SETTINGS).map(([name, argument]) =>
      fc.option(fc.tuple(fc.constant(name), argument), { nil: undefined }),
    ),
  )
  .map((chosen) => chosen.filter((setting) => setting !== undefined));

/** The segments of a recipe as somebody may write them: up to 8 steps, settings in any place, any spelling. */
export const arbitrarySegments: fc.Arbitrary<string[]> = fc
  .tuple(fc.array(arbitraryStep, { maxLength: 8 }), arbitrarySettings, fc.infiniteStream(fc.nat()))
  .map(([steps, chosenSettings, places]) => {
    const pairs: [string, string][] = [...steps];
    for (const setting of chosenSettings) {
      pairs.splice((places.next().value ?? 0) % (pairs.length + 1), 0, setting);
    }
    return pairs.flat();
  });

/** Recipes as `parseRecipe` gives them. */
export const arbitraryRecipe: fc.Arbitrary<Recipe> = arbitrarySegments.map(parseRecipe);
