/** Copies bytes with some of them left out or replaced; the calls come in the order of the bytes. */
export interface Splicer {
  /** Puts `replacement` (nothing, where it is empty) in the place of the bytes from `start` up to `end`. */
  replace(start: number, end: number, replacement: Uint8Array): void;
  /** The result: the very buffer that came in where nothing was replaced. */
  finish(): Buffer;
}

/** Creates a splicer of `bytes`, which it never changes. One growing copy, so that a million pieces cost no more. */
export function createSplicer(bytes: Buffer): Splicer {
  let result: Buffer | undefined;
  let length = 0;
  let copiedTo = 0;

  function append(piece: Uint8Array): void {
    result ??= Buffer.allocUnsafe(bytes.length + 64);
    if (length + piece.length > result.length) {
      result = Buffer.concat([result.subarray(0, length)], 2 * (length + piece.length));
    }
    result.set(piece, length);
    length += piece.length;
  }

  return {
    replace(start, end, replacement) {
      append(bytes.subarray(copiedTo, start));
      append(replacement);
      copiedTo = end;
    },
    finish() {
      if (result === undefined) return bytes;
      append(bytes.subarray(copiedTo));
      return result.subarray(0, length);
    },
  };
}
