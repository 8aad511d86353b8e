import type { OutputFormat } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { chooseFormat, type FormatQuestion } from './choose-format.ts';

const still: FormatQuestion = {
  native: 'jpeg',
  isAnimated: false,
  hasAlpha: false,
  resultPixels: 1e6,
  avifMaxPixels: 2e6,
};
const everywhere: [OutputFormat, number][] = [
  ['jpeg', 1],
  ['png', 1],
  ['gif', 1],
];

function choose(formats: [OutputFormat, number][], question: Partial<FormatQuestion> = {}): OutputFormat {
  return chooseFormat(new Map([...everywhere, ...formats]), { ...still, ...question });
}

describe('chooseFormat', () => {
  it('prefers AVIF, then WebP, then what the picture is, among what the client names', () => {
    expect(
      choose([
        ['avif', 1],
        ['webp', 1],
      ]),
    ).toBe('avif');
    expect(choose([['webp', 1]])).toBe('webp');
    expect(choose([])).toBe('jpeg');
  });

  it('follows the weights of the client', () => {
    expect(
      choose([
        ['avif', 0.5],
        ['webp', 0.9],
        ['jpeg', 0.1],
      ]),
    ).toBe('webp');
    expect(
      choose([
        ['avif', 0.5],
        ['webp', 0.9],
      ]),
    ).toBe('jpeg');
  });

  it('gives AVIF only within its budget of pixels', () => {
    expect(
      choose(
        [
          ['avif', 1],
          ['webp', 1],
        ],
        { resultPixels: 2e6 + 1 },
      ),
    ).toBe('webp');
    expect(
      choose(
        [
          ['avif', 1],
          ['webp', 1],
        ],
        { resultPixels: undefined },
      ),
    ).toBe('webp');
  });

  it('keeps transparency', () => {
    expect(choose([], { hasAlpha: true })).toBe('png');
    expect(choose([], { native: 'avif', hasAlpha: true })).toBe('png');
  });

  it('keeps animations', () => {
    expect(
      choose(
        [
          ['avif', 1],
          ['webp', 1],
        ],
        { native: 'gif', isAnimated: true },
      ),
    ).toBe('webp');
    expect(choose([['avif', 1]], { native: 'webp', isAnimated: true })).toBe('gif');
  });

  it('makes of a still GIF a PNG, and of a TIFF a JPEG, where the client names nothing', () => {
    expect(choose([], { native: 'gif' })).toBe('png');
    expect(choose([], { native: 'jpeg' })).toBe('jpeg');
  });

  it('answers what every browser shows to a client that wants nothing of it', () => {
    expect(chooseFormat(new Map(), still)).toBe('jpeg');
  });
});
