import { deflateSync, inflateSync } from 'node:zlib';
import { blankRawProfileLocation } from './blocks/raw-profile.ts';
import { blankXmpLocation } from './blocks/xmp.ts';

/** A text chunk of PNG, taken apart at the start of its text. */
interface Text {
  /** Keyword, language and whatever else comes before the text. */
  readonly before: Buffer;
  readonly isCompressed: boolean;
  readonly text: Buffer;
}

const XMP = 'XML:com.adobe.xmp';
const PROFILE = /^Raw profile type (?:exif|app1|iptc|8bim|xmp)$/i;
/** ImageMagick wrote properties one by one, under their EXIF names. */
const LOCATION_KEYWORD = /gps|latitude|longitude|location|^(?:\w+:)?(?:city|state|country)$/i;

/** Bounds on what text chunks may unfold to, in one file; what is beyond them is dropped unread. */
const MOST_TEXTS = 64;
const MOST_TEXT_BYTES = 32 * 1024 * 1024;

/**
 * Creates what frees the text chunks of one PNG of places: given a chunk's type and data it answers `drop`, new data,
 * or undefined where it can stay as it is.
 */
export function createPngTextEditor(): (
  type: string,
  data: Buffer,
) => undefined | 'drop' | { readonly data: Buffer } {
  let textsLeft = MOST_TEXTS;
  let bytesLeft = MOST_TEXT_BYTES;

  return (type, data) => {
    const keyword = keywordOf(data);
    if (LOCATION_KEYWORD.test(keyword)) return 'drop';
    const blank = keyword === XMP ? blankXmpLocation : blankRawProfileLocation;
    if (keyword !== XMP && !PROFILE.test(keyword)) return undefined;
    const parts = takeApart(type, data);
    textsLeft -= 1;
    if (parts === undefined || textsLeft < 0) return 'drop';
    const text = parts.isCompressed ? inflate(parts.text, bytesLeft) : Buffer.from(parts.text);
    bytesLeft -= text?.length ?? 0;
    if (text === undefined) return 'drop';
    if (!blank(text)) return undefined;
    return { data: Buffer.concat([parts.before, parts.isCompressed ? deflateSync(text) : text]) };
  };
}

function keywordOf(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('latin1', 0, end === -1 ? data.length : end);
}

function takeApart(type: string, data: Buffer): Text | undefined {
  const keywordEnd = data.indexOf(0);
  if (keywordEnd === -1) return undefined;
  if (type === 'tEXt') return cut(data, keywordEnd + 1, false);
  if (type === 'zTXt') return cut(data, keywordEnd + 2, true);
  const languageEnd = data.indexOf(0, keywordEnd + 3);
  const translationEnd = languageEnd === -1 ? -1 : data.indexOf(0, languageEnd + 1);
  return translationEnd === -1 ? undefined : cut(data, translationEnd + 1, data[keywordEnd + 1] === 1);
}

function cut(data: Buffer, at: number, isCompressed: boolean): Text {
  return { before: data.subarray(0, at), isCompressed, text: data.subarray(at) };
}

function inflate(compressed: Buffer, mostBytes: number): Buffer | undefined {
  try {
    return inflateSync(compressed, { maxOutputLength: Math.max(1, mostBytes) });
  } catch {
    return undefined;
  }
}
