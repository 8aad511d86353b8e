import type { Color, Pixels, Size, Words } from '@images-server/recipe';
import sharp from 'sharp';
import { fontFamily } from '../font-config.ts';
import { runPixels } from './run-sharp.ts';

/** The size that words are measured at first. */
const PROBE_PX = 10;

/** Most pixels of words with their margin, however large the box: about 200 MB while they are drawn. */
const MAX_PIXELS = 16_000_000;

/** Words set at a size, without a margin. */
interface SetWords {
  readonly pixels: Pixels;
  readonly sizePx: number;
}

/**
 * Sets words in type with the fonts that fontconfig knows: letters that one lacks come from another. The size is the
 * largest in whole pixels, up to the one wanted, at which all fits into the box with its margin; 1 where none does. Of
 * words that show nothing (zero-width characters) one transparent pixel comes out.
 */
export async function typeset(words: Words): Promise<Pixels> {
  const { pixels, sizePx } = await largestThatFits(words);
  return withMargin(translucent(pixels, words.color.alpha), marginPx(words, sizePx));
}

/** Halves what is between a size that fits and one that does not. */
async function largestThatFits(words: Words): Promise<SetWords> {
  const probe = await setIfItFits(words, Math.min(words.sizePx, PROBE_PX));
  let best = probe ?? (await setAt(words, 1));
  let high =
    probe === undefined ? Math.min(words.sizePx, PROBE_PX) - 1 : Math.min(words.sizePx, mostPx(words, probe));
  for (let sizePx = high; best.sizePx < high; sizePx = Math.ceil((best.sizePx + high) / 2)) {
    const attempt = await setIfItFits(words, sizePx);
    if (attempt === undefined) high = sizePx - 1;
    else best = attempt;
  }
  return best;
}

/** Words take the square of their size, so no attempt beyond this could fit; none makes a picture much larger than the box. */
function mostPx({ box }: Words, { pixels, sizePx }: SetWords): number {
  const room = Math.min(MAX_PIXELS, areaOf(box));
  return Math.floor(sizePx * Math.sqrt((1.5 * room) / areaOf(pixels)));
}

async function setIfItFits(words: Words, sizePx: number): Promise<SetWords | undefined> {
  try {
    const attempt = await setAt(words, sizePx);
    return fits(words, attempt) ? attempt : undefined;
  } catch (error) {
    if (hasWords(error, TOO_LARGE)) return undefined;
    throw error;
  }
}

/** Of Cairo, which draws nothing that is larger than 32,767 pixels. */
const TOO_LARGE = 'typically too big';

function fits({ box, ...words }: Words, { pixels, sizePx }: SetWords): boolean {
  const margins = 2 * marginPx(words, sizePx);
  const size = { width: pixels.width + margins, height: pixels.height + margins };
  return size.width <= box.width && size.height <= box.height && areaOf(size) <= MAX_PIXELS;
}

function marginPx({ marginEm }: Pick<Words, 'marginEm'>, sizePx: number): number {
  return Math.round(marginEm * sizePx);
}

function areaOf({ width, height }: Size): number {
  return width * height;
}

async function setAt(words: Words, sizePx: number): Promise<SetWords> {
  const image = sharp({
    text: {
      text: markupOf(words),
      // The comma ends the family, whose last word could be that of a style.
      font: `${fontFamily(words.font)}, ${sizePx}`,
      width: lineWidthPx(words, sizePx),
      wrap: 'word',
      align: words.align,
      // Of 72 to the inch, so that a point is a pixel.
      dpi: 72,
      rgba: true,
    },
    limitInputPixels: false,
  });
  try {
    const { data, info } = await runPixels(image.raw());
    return { pixels: { data, width: info.width, height: info.height, channels: 4 }, sizePx };
  } catch (error) {
    if (!hasWords(error, NOTHING_TO_SEE)) throw error;
    return { pixels: { data: new Uint8Array(4), width: 1, height: 1, channels: 4 }, sizePx };
  }
}

const NOTHING_TO_SEE = 'no text to render';

function hasWords(error: unknown, words: string): boolean {
  return error instanceof Error && error.message.includes(words);
}

/**
 * Letters may reach a little over their line. Where one line runs to the right and one to the left they lie at both its
 * ends, so without room to spare they would not fit at any size.
 */
function lineWidthPx(words: Words, sizePx: number): number {
  return Math.max(1, words.box.width - 2 * marginPx(words, sizePx) - Math.ceil(sizePx / 8) - 1);
}

/** Pango reads markup: what would be some is escaped, since text is text. */
function markupOf({ text, weight, color }: Words): string {
  const escaped = text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);
  return `<span weight="${weight}" foreground="${hexOf(color)}">${escaped}</span>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function hexOf({ r, g, b }: Color): string {
  return `#${[r, g, b].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function translucent(pixels: Pixels, alpha: number): Pixels {
  if (alpha === 1) return pixels;
  const data = Uint8Array.from(pixels.data);
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round((data[at] ?? 0) * alpha);
  return { ...pixels, data };
}

function withMargin(pixels: Pixels, margin: number): Pixels {
  if (margin === 0) return pixels;
  const width = pixels.width + 2 * margin;
  const height = pixels.height + 2 * margin;
  const data = new Uint8Array(width * height * 4);
  const rowBytes = pixels.width * 4;
  for (let row = 0; row < pixels.height; row += 1) {
    const from = row * rowBytes;
    data.set(pixels.data.subarray(from, from + rowBytes), ((row + margin) * width + margin) * 4);
  }
  return { data, width, height, channels: 4 };
}
