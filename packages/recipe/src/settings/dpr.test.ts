import { describe, expect, it } from 'vitest';
import { dpr } from './dpr.ts';

describe('dpr', () => {
  it.each([
    ['2', '2'],
    ['02.0', '2'],
    ['.5', '0.5'],
    ['1.333', '1.333'],
    ['0.1', '0.1'],
    ['8.', '8'],
  ])('reads %s and prints %s', (argument, printed) => {
    expect(dpr.print(dpr.parse(argument))).toBe(printed);
  });

  it.each([
    ['0', '0.1'],
    ['0.099', '0.1'],
    ['8.001', '8'],
    ['2x', '2'],
    ['1.3333', '1.333'],
    ['-1', '0.1'],
    ['1e0', '1'],
    ['', undefined],
    ['auto', undefined],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(() => dpr.parse(argument)).toThrow(expect.objectContaining({ name: 'ArgumentError', suggestion }));
  });
});
