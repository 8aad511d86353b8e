import { fileURLToPath } from 'node:url';
import type { Pixels, Words } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { useFonts } from '../../../test/use-fonts.ts';
import { typeset } from './typeset.ts';

useFonts(fileURLToPath(new URL('../../../test/fonts', import.meta.url)));

const WORDS: Words = {
  text: 'Words',
  font: undefined,
  weight: 400,
  sizePx: 40,
  marginEm: 0,
  box: { width: 600, height: 400 },
  align: 'left',
  color: { r: 255, g: 128, b: 0, alpha: 1 },
};

function set(text: string, options: Partial<Words> = {}): Promise<Pixels> {
  return typeset({ ...WORDS, text, ...options });
}

/** Sum of alpha, in opaque pixels. */
function ink({ data }: Pixels): number {
  let sum = 0;
  for (let at = 3; at < data.length; at += 4) sum += (data[at] ?? 0) / 255;
  return sum;
}

/** How much of the ink has none at its place in the mirror image, 0-1. */
function asymmetry(pixels: Pixels): number {
  let sum = 0;
  for (let y = 0; y < pixels.height; y += 1) {
    for (let x = 0; x < pixels.width; x += 1) {
      const alphaAt = (column: number) => pixels.data[(y * pixels.width + column) * 4 + 3] ?? 0;
      sum += Math.max(0, alphaAt(x) - alphaAt(pixels.width - 1 - x)) / 255;
    }
  }
  return sum / ink(pixels);
}

function equal(one: Pixels, other: Pixels): boolean {
  return one.width === other.width && Buffer.from(one.data).equals(Buffer.from(other.data));
}

describe('typeset', () => {
  it('sets letters of that height and colour, with nothing around them', async () => {
    const pixels = await set('H');
    // Capitals of Noto Sans are 0.714 em high.
    expect(Math.abs(pixels.height - 0.714 * 40)).toBeLessThanOrEqual(1.5);
    const middle = (Math.floor(pixels.height / 2) * pixels.width + 3) * 4;
    expect([...pixels.data.subarray(middle, middle + 4)]).toEqual([255, 128, 0, 255]);
    const edges = [0, pixels.width - 1].map((x) =>
      Math.max(
        ...Array.from({ length: pixels.height }, (_, y) => pixels.data[(y * pixels.width + x) * 4 + 3] ?? 0),
      ),
    );
    expect(Math.min(...edges)).toBeGreaterThan(0);
  });

  it('gives the same pixels for the same words', async () => {
    expect(equal(await set('Always the same'), await set('Always the same'))).toBe(true);
  });

  it('has every weight', async () => {
    const weights = [100, 200, 300, 400, 500, 600, 700, 800, 900];
    const inks: number[] = [];
    for (const weight of weights) inks.push(ink(await set('Weight', { weight })));
    expect(inks).toEqual(inks.toSorted((a, b) => a - b));
    expect((inks.at(-1) ?? 0) / (inks[0] ?? 1)).toBeGreaterThan(3);
  });

  it('multiplies alpha with that of the colour', async () => {
    const faint = await set('Words', { color: { ...WORDS.color, alpha: 0.5 } });
    expect(ink(faint) / ink(await set('Words'))).toBeCloseTo(0.5, 2);
  });

  it('breaks lines between words, and begins one at U+2028', async () => {
    const line = await set('one two three');
    const narrow = await set('one two three', { box: { width: 120, height: 400 } });
    expect(narrow.height).toBeGreaterThan(2.5 * line.height);
    expect(narrow.width).toBeLessThanOrEqual(120);
    expect((await set('one\u2028two')).height).toBeGreaterThan(1.5 * line.height);
  });

  it('aligns lines', async () => {
    const firstInkOf = async (align: Words['align']) => {
      const pixels = await set('i\u2028wwwwww', { align });
      const lineBytes = pixels.width * 4;
      const columns = Array.from(
        { length: pixels.width },
        (_, x) => pixels.data[10 * lineBytes + x * 4 + 3] ?? 0,
      );
      return columns.findIndex((alpha) => alpha > 128) / pixels.width;
    };
    const [left, centre, right] = [
      await firstInkOf('left'),
      await firstInkOf('centre'),
      await firstInkOf('right'),
    ];
    expect(left).toBeLessThan(0.1);
    expect(Math.abs(centre - 0.5)).toBeLessThan(0.1);
    expect(right).toBeGreaterThan(0.9);
  });

  it.each([
    ['a long line of words that has to be made smaller', { width: 200, height: 60 }],
    ['unbreakableunbreakableunbreakable', { width: 100, height: 400 }],
    ['tall', { width: 400, height: 12 }],
  ])('reduces the size of %j until it fits, and no further', async (text, box) => {
    const pixels = await set(text, { box, marginEm: 0.25 });
    expect(pixels.width).toBeLessThanOrEqual(box.width);
    expect(pixels.height).toBeLessThanOrEqual(box.height);
    expect(Math.max(pixels.width / box.width, pixels.height / box.height)).toBeGreaterThan(0.7);
  });

  it('adds the margin all around', async () => {
    const [bare, wide] = [await set('Words'), await set('Words', { marginEm: 0.25 })];
    expect([wide.width - bare.width, wide.height - bare.height]).toEqual([20, 20]);
    expect(ink(wide)).toBeCloseTo(ink(bare), 5);
  });

  it('takes markup for text', async () => {
    const [marked, amp] = [await set('<b>x</b>'), await set('&amp;')];
    expect(marked.width).toBeGreaterThan(3 * (await set('x')).width);
    expect(amp.width).toBeGreaterThan(2 * (await set('&')).width);
  });

  it('runs from right to left where the script does', async () => {
    // U+202D shows letters in the order in which they are written.
    expect(equal(await set('אבג'), await set('\u202dגבא'))).toBe(true);
    expect(equal(await set('אבג'), await set('גבא'))).toBe(false);
  });

  it('joins Arabic letters, in all weights', async () => {
    const apart = await set('س\u200cل\u200cا\u200cم');
    expect((await set('سلام')).width).toBeLessThan(apart.width);
    expect(ink(await set('سلام', { weight: 900 }))).toBeGreaterThan(
      1.5 * ink(await set('سلام', { weight: 300 })),
    );
  });

  it('has what another font has where its own lacks a letter, and a font by its name', async () => {
    const [found, unknown] = [await set('中'), await set('龘')];
    expect(equal(found, await set('中', { font: 'noto-sans-jp-part' }))).toBe(true);
    // The letter is its own mirror image; the box with a number that is shown for what no font has is not.
    expect(asymmetry(found)).toBeLessThan(0.15);
    expect(asymmetry(unknown)).toBeGreaterThan(0.15);
  });

  it('shows nothing of characters without width', async () => {
    const pixels = await set('\u200b\u2060\ufeff');
    expect([pixels.width, pixels.height, ink(pixels)]).toEqual([1, 1, 0]);
  });

  it('never grows beyond its box by what it is told to write at once', async () => {
    const box = { width: 2000, height: 1000 };
    for (const text of ['﷽'.repeat(500), 'W'.repeat(500), 'W '.repeat(250), `a${'\u0301'.repeat(499)}`]) {
      const { width, height } = await set(text, { sizePx: 100_000, box });
      expect(height).toBeLessThanOrEqual(box.height);
      if (text.includes(' ')) expect(width).toBeLessThanOrEqual(box.width);
    }
  });

  it('law: 500 random texts give pixels that fit', async () => {
    const random = generator(7);
    for (let count = 0; count < 500; count += 1) {
      const length = 1 + random(count % 20 === 0 ? 300 : 30);
      const text = Array.from({ length }, () => characterOf(random)).join('');
      const pixels = await set(text.normalize('NFC'), { sizePx: 1 + random(90), marginEm: 0.25 });
      expect(pixels.width, text).toBeLessThanOrEqual(WORDS.box.width);
      expect(pixels.height, text).toBeLessThanOrEqual(WORDS.box.height);
    }
  });
});

/** From Latin to hieroglyphs, with marks, bidirectional controls, emoji, tags, private and unassigned ones. */
const RANGES = [
  [0x20, 0x7e],
  [0xa0, 0x36f],
  [0x590, 0x8ff],
  [0x900, 0x1fff],
  [0x200b, 0x206f],
  [0x2e80, 0xd7a3],
  [0xe000, 0xffff],
  [0x10000, 0x1ffff],
  [0x1f300, 0x1faff],
  [0xe0000, 0xe01ef],
  [0x20000, 0x3134f],
] as const;

function characterOf(random: (below: number) => number): string {
  const [from, to] = RANGES[random(RANGES.length)] ?? [0x41, 0x5a];
  return String.fromCodePoint(from + random(to - from + 1));
}

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
}
