import type { Pixels } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { asRgba, filtered, greatestDifference, scattered } from '../../../test/filtered.ts';

type Triple = readonly [number, number, number];
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
type Formula = (color: Triple, place: Place) => Triple;

function each(change: (level: number) => number): Formula {
  return ([r, g, b]) => [change(r), change(g), change(b)];
}

function grey(level: number): Triple {
  return [level, level, level];
}

function luma([r, g, b]: Triple): number {
  return Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b);
}

function saturate(factor: number): Formula {
  return ([r, g, b]) => {
    const l = 0.213 * r + 0.715 * g + 0.072 * b;
    return each((level) => l + (level - l) * factor)([r, g, b], ORIGIN);
  };
}

/** The matrix of the Filter Effects specification, as a sum of three. */
function rotateHue(degrees: number): Formula {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const own = [0.213, 0.715, 0.072];
  const byCosine = [
    [0.787, -0.715, -0.072],
    [-0.213, 0.285, -0.072],
    [-0.213, -0.715, 0.928],
  ];
  const bySine = [
    [-0.213, -0.715, 0.928],
    [0.143, 0.14, -0.283],
    [-0.787, 0.715, 0.072],
  ];
  const factor = (row: number, column: number) =>
    (own[column] ?? 0) + cosine * (byCosine[row]?.[column] ?? 0) + sine * (bySine[row]?.[column] ?? 0);
  return (color) => {
    const channel = (row: number) =>
      color.reduce((sum, level, column) => sum + factor(row, column) * level, 0);
    return [channel(0), channel(1), channel(2)];
  };
}

function tint(color: Triple): Formula {
  const ownLuma = 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2];
  return (before) => {
    const l = luma(before);
    const weight = 1 - 4 * (l / 255 - 0.5) ** 2;
    return each((level) => l + weight * (level - ownLuma))(color, ORIGIN);
  };
}

function vignette(percent: number): Formula {
  return (color, { x, y, width, height }) => {
    const fromCentre = Math.hypot((x + 0.5 - width / 2) / (width / 2), (y + 0.5 - height / 2) / (height / 2));
    const distance = fromCentre / Math.SQRT2;
    return each((level) => level * (1 - (percent / 100) * distance ** 4))(color, ORIGIN);
  };
}

function noise(percent: number): Formula {
  return (color, { x, y }) => {
    const grain = ((127.5 * percent) / 100) * ((2 * Number(hash(BigInt(x + 16_384 * y)))) / 2 ** 32 - 1);
    return each((level) => level + grain)(color, ORIGIN);
  };
}

function hash(place: bigint): bigint {
  let h = place;
  h ^= h >> 16n;
  h = BigInt.asUintN(32, h * 0x7feb352dn);
  h ^= h >> 15n;
  h = BigInt.asUintN(32, h * 0x846ca68bn);
  return h ^ (h >> 16n);
}

const ORIGIN = { x: 0, y: 0, width: 1, height: 1 };

const FORMULAS: readonly (readonly [argument: string, formula: Formula])[] = [
  ['grayscale', (color) => grey(luma(color))],
  [
    'sepia',
    ([r, g, b]) => [
      0.393 * r + 0.769 * g + 0.189 * b,
      0.349 * r + 0.686 * g + 0.168 * b,
      0.272 * r + 0.534 * g + 0.131 * b,
    ],
  ],
  ['negate', each((level) => 255 - level)],
  ['brightness:30', each((level) => level * 1.3)],
  ['brightness:-100', each(() => 0)],
  ['contrast:50', each((level) => 127.5 + (level - 127.5) * 1.5)],
  ['contrast:-40', each((level) => 127.5 + (level - 127.5) * 0.6)],
  ['saturation:60', saturate(1.6)],
  ['saturation:-100', saturate(0)],
  ['hue:75', rotateHue(75)],
  ['hue:-120', rotateHue(240)],
  ['gamma:2.2', each((level) => 255 * (level / 255) ** (1 / 2.2))],
  ['gamma:0.5', each((level) => 255 * (level / 255) ** 2)],
  ['threshold:100', (color) => grey(luma(color) >= 100 ? 255 : 0)],
  ['threshold:0', () => [255, 255, 255]],
  ['posterize:2', each((level) => (level < 127.5 ? 0 : 255))],
  ['posterize:6', each((level) => 51 * Math.round(level / 51))],
  ['tint:2060c0', tint([0x20, 0x60, 0xc0])],
  [
    'duotone:102030,f0e0d0',
    (color) => {
      const part = luma(color) / 255;
      return [16 + part * (240 - 16), 32 + part * (224 - 32), 48 + part * (208 - 48)];
    },
  ],
  ['vignette', vignette(50)],
  ['vignette:100', vignette(100)],
  ['noise:20', noise(20)],
  ['noise:100', noise(100)],
];

function byFormula({ data, width, height }: Pixels, formula: Formula): Pixels {
  const result = Uint8ClampedArray.from(data);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
      const color = formula([r, g, b], { x, y, width, height });
      for (const [channel, level] of color.entries()) result[at + channel] = Math.floor(level + 0.5);
    }
  }
  return { data: Uint8Array.from(result), width, height, channels: 4 };
}

describe('filter', () => {
  describe.each(FORMULAS)('%s', (argument, formula) => {
    it.each([
      ['colours', 3],
      ['colours and alpha, which it keeps', 4],
      ['grey', 1],
      ['grey and alpha', 2],
    ] as const)('follows its formula in each pixel of %s', async (_what, channels) => {
      const before = scattered(29, 23, channels);
      const expected = byFormula(await asRgba(before), formula);
      const actual = await filtered(before, argument);
      expect(greatestDifference(actual, expected)).toBe(0);
    });
  });

  it.each([
    ['brightness:0', 3],
    ['contrast:0', 3],
    ['saturation:0', 4],
    ['hue:0', 4],
    ['gamma:1', 1],
    ['vignette:0', 2],
    ['noise:0', 4],
    ['pixelate:1', 4],
    ['median:1', 4],
  ] as const)('changes nothing with %s', async (argument, channels) => {
    const before = scattered(17, 12, channels);
    expect(greatestDifference(await filtered(before, argument), await asRgba(before))).toBe(0);
  });

  it('gives grain that is not even: all of its range, and none of it more than another', async () => {
    const { data } = await filtered(
      { ...scattered(64, 64, 1), data: new Uint8Array(4096).fill(128) },
      'noise:50',
    );
    const levels = data.filter((_, at) => at % 4 === 0);
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
    expect(Math.abs(mean - 128)).toBeLessThan(2);
    expect(Math.min(...levels)).toBeLessThan(68);
    expect(Math.max(...levels)).toBeGreaterThan(188);
  });
});
