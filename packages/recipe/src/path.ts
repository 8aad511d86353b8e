import { badPath, checkSegments } from './segments.ts';

/**
 * The decoded segments of a raw request path (without the query), from the `from`-th segment on, which is position 0 in
 * errors; `pathSegments('/image/ab12/resize/50%25', 2)` is `['resize', '50%']`. Split at `/` first, then each segment is
 * percent-decoded once; a `%` without two hex digits after it stays a `%`. Throws `RecipeError`: `empty_segment` (also for
 * a trailing `/`), `bad_path` (dot segments, encoded slashes, backslashes, control characters, what is not UTF-8).
 */
export function pathSegments(rawPath: string, from: number): string[] {
  return decodedSegments(rawPath.split('/').slice(from + 1));
}

/**
 * The decoded segments of a raw `operations` value of a query. Percent-decoded only (`+` stays `+`), and `%2F` separates
 * there just as `/` does. Nothing at all is no segments. Throws as `pathSegments` does.
 */
export function operationsSegments(rawValue: string): string[] {
  return rawValue === '' ? [] : decodedSegments(rawValue.split(/\/|%2f/i));
}

function decodedSegments(rawSegments: readonly string[]): string[] {
  const segments = rawSegments.map(decoded);
  checkSegments(segments);
  return segments;
}

function decoded(rawSegment: string, position: number): string {
  if (NOT_ASCII.test(rawSegment)) throw badPath(rawSegment, position, NOT_UTF8);
  if (!rawSegment.includes('%')) return rawSegment;
  try {
    return decodeURIComponent(rawSegment.replace(LONE_PERCENT, '%25'));
  } catch {
    throw badPath(rawSegment, position, NOT_UTF8);
  }
}

const NOT_ASCII = /[^\0-\x7f]/;
const LONE_PERCENT = /%(?![0-9A-Fa-f]{2})/g;
const NOT_UTF8 = 'percent-encoded UTF-8';
