import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { round } from './round.ts';

describe('round', () => {
  it.each([
    ['20', ['20', '020']],
    ['12.5%', ['12.5%', '12.50%', '012.5%']],
    ['50%', ['50%', '50.0%']],
    ['circle', ['circle']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => round.print(round.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each(['', '0', '-5', '2.5', '0%', '50.1%', '100%', 'Circle', 'max', '20px', '10,20', '1000000000000'])(
    'refuses %j',
    (argument) => {
      expect(() => round.parse(argument)).toThrow(ArgumentError);
    },
  );

  it.each([
    ['20px', '20'],
    ['100%', '50%'],
    ['max', '50%'],
    ['Circle', 'circle'],
    ['2.5', '2'],
    ['rounded', undefined],
  ])('suggests for %j %j', (argument, suggestion) => {
    expect(() => round.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it.each([
    ['20', 30, 20],
    ['50%', 30, 20],
    ['circle', 20, 20],
  ])('%s makes of 30x20 %dx%d', (argument, width, height) => {
    expect(round.size(round.parse(argument), { width: 30, height: 20 })).toEqual({ width, height });
  });

  it.each([
    ['20', '30'],
    ['12.5%', '12.5%'],
    ['circle', 'circle'],
  ])('scales %s by 1.5 to %s', (argument, scaled) => {
    expect(round.print(round.scale?.(round.parse(argument), 1.5) ?? {})).toBe(scaled);
  });
});
