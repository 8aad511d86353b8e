import { describe, expect, it } from 'vitest';
import { quality } from './quality.ts';

describe('quality', () => {
  it.each([
    ['1', '1'],
    ['100', '100'],
    ['080', '80'],
    ['auto', 'auto'],
  ])('reads %s and prints %s', (argument, printed) => {
    expect(quality.print(quality.parse(argument))).toBe(printed);
  });

  it.each([
    ['0', '1'],
    ['101', '100'],
    ['80%', '80'],
    ['0.8', '80'],
    ['-5', '1'],
    ['1e2', '100'],
    ['Auto', 'auto'],
    ['best', undefined],
    ['', undefined],
    [' 80', '80'],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(() => quality.parse(argument)).toThrow(
      expect.objectContaining({ name: 'ArgumentError', suggestion }),
    );
  });
});
