import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_NUMBER,
  NUMBER_PATTERN,
  printNumber,
  roundHalfUp,
  scaledLength,
  scaledOffset,
} from './numbers.ts';

describe('printNumber', () => {
  it.each([
    [100, '100'],
    [0.5, '0.5'],
    [33.3, '33.3'],
    [0.000001, '0.000001'],
    [0.0000001, '0.0000001'],
    [0.000000123, '0.000000123'],
    [1e-12, '0.000000000001'],
    [999_999_999_999, '999999999999'],
  ])('spells %d as %s', (value, text) => {
    expect(printNumber(value)).toBe(text);
  });

  it('law: what a recipe can hold reads back as the same number', () => {
    const number = new RegExp(`^${NUMBER_PATTERN}$`);
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(), digits, (whole, fraction) => {
        const value = Number(`${whole}.${fraction}`);
        expect(printNumber(value)).toMatch(number);
        expect(Number(printNumber(value))).toBe(value);
      }),
    );
  });
});

describe('roundHalfUp', () => {
  it('rounds halves up, also below zero', () => {
    expect([2.5, 2.4, -2.5, -2.6].map(roundHalfUp)).toEqual([3, 2, -2, -3]);
  });
});

describe('scaledLength', () => {
  it('stays a length that a recipe can hold', () => {
    expect(scaledLength(100, 1.5)).toBe(150);
    expect(scaledLength(1, 0.1)).toBe(1);
    expect(scaledLength(MAX_NUMBER - 1, 8)).toBe(MAX_NUMBER - 1);
  });

  it('rounds the exact product half up, where that of the doubles is just below', () => {
    expect(100 * 1.005).toBeLessThan(100.5);
    expect(scaledLength(100, 1.005)).toBe(101);
    expect(scaledLength(101, 1.5)).toBe(152);
  });
});

describe('scaledOffset', () => {
  it('keeps 0 and the sign', () => {
    expect([0, -1, -3, 3].map((offset) => scaledOffset(offset, 1.5))).toEqual([0, -2, -5, 5]);
    expect(scaledOffset(-1, 0.1)).toBe(-1);
  });
});
