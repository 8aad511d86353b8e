import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, parseByteSize, printByteSize } from './byte-size.ts';

describe('parseByteSize', () => {
  it('counts units in 1,024s', () => {
    expect(parseByteSize('1500')).toBe(1500);
    expect(parseByteSize('64kb')).toBe(65_536);
    expect(parseByteSize('20mb')).toBe(20_971_520);
    expect(parseByteSize('10gb')).toBe(10_737_418_240);
    expect(parseByteSize('10GB')).toBe(bytesOf(10, 'gb'));
  });

  it.each([
    '',
    'mb',
    '1.5gb',
    '-1',
    '+1',
    '1 mb',
    '1m',
    '1tb',
    '0x10',
    '1e3',
    '١mb',
    '9007199254740993',
    '99999999gb',
  ])('refuses %j', (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });

  it('law: parse undoes print', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseByteSize(printByteSize(bytes))).toBe(bytes);
      }),
    );
  });

  it('law: a count with a unit is that many of its bytes', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom('kb', 'mb', 'gb'), (count, unit) => {
        expect(parseByteSize(`${count}${unit}`)).toBe(bytesOf(count, unit));
      }),
    );
  });

  it('law: any text is a whole number of bytes or undefined', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = parseByteSize(text);
        expect(bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true);
      }),
    );
  });
});

describe('printByteSize', () => {
  it('takes the largest unit without a fraction', () => {
    expect([0, 1, 1024, 1536, 3 * 1024 ** 2, 5 * 1024 ** 3].map(printByteSize)).toEqual([
      '0',
      '1',
      '1kb',
      '1536',
      '3mb',
      '5gb',
    ]);
  });
});
