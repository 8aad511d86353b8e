import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { background } from './background.ts';

describe('background', () => {
  it.each([
    ['ff8800', ['ff8800', 'FF8800', 'fF8800Ff']],
    ['00000080', ['00000080']],
    ['00000000', ['00000000', 'ff880000']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => background.print(background.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each([
    '',
    'fff',
    '#ffffff',
    'ffffff0',
    'fffffff',
    'ffffff000',
    'gggggg',
    'white',
    '0xffffff',
    ' ffffff',
  ])('refuses %j', (argument) => {
    expect(() => background.parse(argument)).toThrow(ArgumentError);
  });

  it.each([
    ['#FFFFFF', 'ffffff'],
    ['f80', 'ff8800'],
    ['f808', 'ff880088'],
    ['white', undefined],
  ])('suggests for %j %j', (argument, suggestion) => {
    expect(() => background.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it('keeps the size', () => {
    expect(background.size(background.parse('ffffff'), { width: 4, height: 3 })).toEqual({
      width: 4,
      height: 3,
    });
  });
});
