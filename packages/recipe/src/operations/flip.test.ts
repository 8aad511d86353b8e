import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { flip } from './flip.ts';

describe('flip', () => {
  it.each(['h', 'v', 'hv'])('reads and prints %s', (argument) => {
    expect(flip.print(flip.parse(argument))).toBe(argument);
  });

  it.each(['', 'vh', 'H', 'hh', 'horizontal', '1'])('refuses %j', (argument) => {
    expect(() => flip.parse(argument)).toThrow(ArgumentError);
  });

  it.each([
    ['VH', 'hv'],
    ['horizontal', 'h'],
    ['Vertical', 'v'],
  ])('suggests for %s %s', (argument, suggestion) => {
    expect(() => flip.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it('keeps the size', () => {
    expect(flip.size(flip.parse('hv'), { width: 4, height: 3 })).toEqual({ width: 4, height: 3 });
  });
});
