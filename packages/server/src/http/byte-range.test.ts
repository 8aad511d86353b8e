import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByteRange } from './byte-range.ts';

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=990-', { start: 990, end: 999 }],
    ['bytes=-10', { start: 990, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=0-5000', { start: 0, end: 999 }],
    ['bytes=999-999', { start: 999, end: 999 }],
    ['Bytes=007-010', { start: 7, end: 10 }],
  ])('reads %s of 1000 bytes', (header, range) => {
    expect(parseByteRange(header, 1000)).toEqual(range);
  });

  it.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0', 'bytes=-00'])(
    'finds %s of 1000 bytes unsatisfiable',
    (header) => {
      expect(parseByteRange(header, 1000)).toBe('unsatisfiable');
    },
  );

  it.each([
    undefined,
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=0-1,4-5',
    'items=0-1',
    'bytes=a-b',
    'bytes=1e3-',
  ])('ignores %s', (header) => {
    expect(parseByteRange(header, 1000)).toBeUndefined();
  });

  it('law: a range lies within the body', () => {
    const digits = fc.stringMatching(/^0{0,2}[0-9]{0,4}$/);
    fc.assert(
      fc.property(digits, digits, fc.nat({ max: 3000 }), (first, last, length) => {
        const range = parseByteRange(`bytes=${first}-${last}`, length);
        if (typeof range !== 'object') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThan(length);
      }),
    );
  });
});
