import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { trim } from './trim.ts';

describe('trim', () => {
  it.each([
    ['10', ['10', '010']],
    ['0', ['0', '000']],
    ['100', ['100']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => trim.print(trim.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each(['', '-1', '101', '10%', '2.5', 'auto', '1e1', ' 10'])('refuses %j', (argument) => {
    expect(() => trim.parse(argument)).toThrow(ArgumentError);
  });

  it.each([
    ['10%', '10'],
    ['255', '100'],
    ['-3', '0'],
    ['auto', undefined],
  ])('suggests for %j %j', (argument, suggestion) => {
    expect(() => trim.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it('knows no size without the pixels', () => {
    expect(trim.size(trim.parse('10'), { width: 4, height: 3 })).toBeUndefined();
  });
});
