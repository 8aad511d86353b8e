const PADDING = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20]);

/** The index of the first byte from `start` on that is no filler (zeros, white space), or the length. */
export function skipPadding(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && PADDING.has(bytes[at] ?? 1)) at += 1;
  return at;
}

/**
 * Where a picture that ends at `end` is to be cut: what follows is no part of it and in a form of its own (a film, a
 * maker's notes), so that nobody can say whether it tells a position. Filler stays: it tells nothing.
 */
export function cutAfter(bytes: Buffer, end: number): number {
  return skipPadding(bytes, end) === bytes.length ? bytes.length : end;
}
