import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editPieces, type Interval, mergeIntervals, overlapsAny, subtractIntervals } from './intervals.ts';

const intervals = fc.array(
  fc.tuple(fc.nat(60), fc.nat(12)).map(([start, length]) => ({ start, end: start + length })),
  { maxLength: 12 },
);

function bytesOf(list: readonly Interval[]): Set<number> {
  return new Set(
    list.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index)),
  );
}

describe('mergeIntervals', () => {
  it('law: has the same bytes, sorted and apart', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        const merged = mergeIntervals(list);
        expect(bytesOf(merged)).toEqual(new Set([...bytesOf(list)]));
        for (const [index, { start }] of merged.entries()) {
          expect(start).toBeGreaterThan(merged[index - 1]?.end ?? -1);
        }
      }),
    );
  });
});

describe('overlapsAny', () => {
  it('law: says whether a byte is shared', () => {
    fc.assert(
      fc.property(intervals, intervals, (list, others) => {
        const bytes = bytesOf(list);
        for (const other of others) {
          const isShared = [...bytesOf([other])].some((byte) => bytes.has(byte));
          expect(overlapsAny(mergeIntervals(list), other)).toBe(isShared);
        }
      }),
    );
  });
});

describe('subtractIntervals', () => {
  it('law: has the bytes of the first that the second has not', () => {
    fc.assert(
      fc.property(intervals, intervals, (list, taken) => {
        const rest = subtractIntervals(mergeIntervals(list), mergeIntervals(taken));
        const gone = bytesOf(taken);
        expect(bytesOf(rest)).toEqual(new Set([...bytesOf(list)].filter((byte) => !gone.has(byte))));
      }),
    );
  });
});

describe('editPieces', () => {
  it('edits what lies in pieces as one', () => {
    const bytes = Buffer.from('__abc__def__');
    const pieces = [
      { start: 2, end: 5 },
      { start: 7, end: 10 },
    ];
    expect(editPieces(bytes, pieces, (block) => block.reverse().length > 0)).toBe(true);
    expect(bytes.toString()).toBe('__fed__cba__');
  });
});
