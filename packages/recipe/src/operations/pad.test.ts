import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { pad } from './pad.ts';

describe('pad', () => {
  it.each([
    ['20', ['20', '020', '20,20,20,20']],
    ['1,2,3,4', ['1,2,3,4', '01,2,3,04']],
    ['0', ['0', '0,0,0,0']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => pad.print(pad.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each(['', '-1', '1.5', '10px', '10%', '1,2', '1,2,3', '1,2,3,4,5', '1,,3,4', '1000000000000', ' 1'])(
    'refuses %j',
    (argument) => {
      expect(() => pad.parse(argument)).toThrow(ArgumentError);
    },
  );

  it.each([
    ['10px', '10'],
    ['10,20', '10,20,10,20'],
    ['10px 20px 30px', '10,20,30,20'],
    ['-5', undefined],
  ])('suggests for %j %j, as in CSS', (argument, suggestion) => {
    expect(() => pad.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it('adds what it says on each side', () => {
    expect(pad.size(pad.parse('1,20,300,4000'), { width: 5, height: 7 })).toEqual({
      width: 4025,
      height: 308,
    });
  });

  it('scales each margin, and none stays none', () => {
    expect(pad.print(pad.scale?.(pad.parse('0,1,3,10'), 1.5) ?? {})).toBe('0,2,5,15');
  });
});
