/** First and last byte, both inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` header against a body of `length` bytes (RFC 9110 section 14): one range of bytes, `undefined` where
 * the header is absent, of another unit, malformed or asks for several (the whole body is then a right answer), and
 * `unsatisfiable` where it lies outside.
 */
export function parseByteRange(
  header: string | undefined,
  length: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header.trim());
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '')
    return Number(last) === 0 || length === 0 ? 'unsatisfiable' : suffix(Number(last), length);
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= length) return 'unsatisfiable';
  return { start, end: last === '' ? length - 1 : Math.min(Number(last), length - 1) };
}

function suffix(bytes: number, length: number): ByteRange {
  return { start: Math.max(0, length - bytes), end: length - 1 };
}
