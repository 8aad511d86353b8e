import fc from 'fast-check';

/** One change to a file. Places are fractions of its length, so that one change fits every file. */
type Change =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'set'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'splice'; readonly at: number; readonly from: number; readonly length: number };

/** Headers are where decoders decide: half of the changes are in the first hundredth part. */
const place = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 0.01, noNaN: true }),
);
const length = fc.integer({ min: 1, max: 400 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('flip'), at: place, bit: fc.nat(7) }),
  // The numbers at which lengths overflow.
  fc.record({
    kind: fc.constant('set'),
    at: place,
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      fc.constantFrom(
        Uint8Array.of(0, 0, 0, 0),
        Uint8Array.of(255, 255, 255, 255),
        Uint8Array.of(127, 255, 255, 255),
        Uint8Array.of(128, 0, 0, 0),
      ),
    ),
  }),
  fc.record({ kind: fc.constant('cut'), at: place }),
  fc.record({ kind: fc.constant('remove'), at: place, length }),
  fc.record({ kind: fc.constant('repeat'), at: place, length, times: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('splice'), at: place, from: place, length }),
);

/** Files like `files`, each with one to four changes; the same for the same seed. */
export function mutants(files: readonly Buffer[], options: { count: number; seed: number }): Buffer[] {
  const recipes = fc.tuple(
    fc.nat(files.length - 1),
    fc.nat(files.length - 1),
    fc.array(change, { minLength: 1, maxLength: 4 }),
  );
  return fc
    .sample(recipes, { numRuns: options.count, seed: options.seed })
    .map(([index, other, changes]) =>
      changes.reduce(
        (file, next) => changed(file, next, files[other] ?? file),
        files[index] ?? Buffer.alloc(0),
      ),
    );
}

function changed(file: Buffer, next: Change, other: Buffer): Buffer {
  const at = Math.floor(next.at * file.length);
  switch (next.kind) {
    case 'flip': {
      const copy = Buffer.from(file);
      copy[at] = (copy[at] ?? 0) ^ (1 << next.bit);
      return copy;
    }
    case 'set': {
      const copy = Buffer.from(file);
      copy.set(next.bytes.subarray(0, copy.length - at), at);
      return copy;
    }
    case 'cut':
      return file.subarray(0, at);
    case 'remove':
      return Buffer.concat([file.subarray(0, at), file.subarray(at + next.length)]);
    case 'repeat': {
      const piece = file.subarray(at, at + next.length);
      const copies = Array.from({ length: next.times }, () => piece);
      return Buffer.concat([file.subarray(0, at), ...copies, file.subarray(at)]);
    }
    case 'splice': {
      const from = Math.floor(next.from * other.length);
      return Buffer.concat([
        file.subarray(0, at),
        other.subarray(from, from + next.length),
        file.subarray(at),
      ]);
    }
  }
}
