import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankIptcLocation } from './iptc.ts';

function dataset(record: number, number: number, value: string): Buffer {
  const head = Buffer.of(0x1c, record, number, 0, 0);
  head.writeUInt16BE(Buffer.byteLength(value), 3);
  return Buffer.concat([head, Buffer.from(value)]);
}

const KEYWORD = dataset(2, 25, 'keyword');
const BYLINE = dataset(2, 80, 'Somebody');

describe('blankIptcLocation', () => {
  it('takes the places out, moves the rest up and fills the end with zeros', () => {
    const iptc = Buffer.concat([dataset(2, 90, 'Placeburg'), KEYWORD, dataset(2, 101, 'Placeland'), BYLINE]);
    const length = iptc.length;
    expect(blankIptcLocation(iptc)).toBe(true);
    const left = Buffer.concat([KEYWORD, BYLINE]);
    expect(iptc.equals(Buffer.concat([left, Buffer.alloc(length - left.length)]))).toBe(true);
  });

  it('takes a dataset whose length is written apart', () => {
    const long = Buffer.concat([Buffer.of(0x1c, 2, 92, 0x80, 4, 0, 0, 0, 3), Buffer.from('abc')]);
    const iptc = Buffer.concat([long, KEYWORD]);
    expect(blankIptcLocation(iptc)).toBe(true);
    expect(iptc.subarray(0, KEYWORD.length).equals(KEYWORD)).toBe(true);
  });

  it.each([
    ['no place', Buffer.concat([KEYWORD, BYLINE])],
    ['another record with the same number', dataset(3, 90, 'x')],
    ['padding', Buffer.concat([KEYWORD, Buffer.alloc(9)])],
    ['nothing', Buffer.alloc(0)],
  ])('keeps %s', (_, iptc) => {
    const before = Buffer.from(iptc);
    expect(blankIptcLocation(iptc)).toBe(false);
    expect(iptc.equals(before)).toBe(true);
  });

  it('law: never throws, and finds nothing a second time', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.constantFrom(25, 90, 95), fc.string()).map(([number, value]) => dataset(2, number, value)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const iptc = Buffer.concat(pieces);
        blankIptcLocation(iptc);
        expect(blankIptcLocation(iptc)).toBe(false);
      }),
    );
  });
});
