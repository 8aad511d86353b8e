import { describe, expect, it } from 'vitest';
import { page } from './page.ts';

describe('page', () => {
  it.each([
    ['1', '1'],
    ['0012', '12'],
    ['100000', '100000'],
  ])('reads %s and prints %s', (argument, printed) => {
    expect(page.print(page.parse(argument))).toBe(printed);
  });

  it.each([
    ['0', '1'],
    ['-1', '1'],
    ['100001', '100000'],
    ['1.5', '1'],
    ['', undefined],
    ['last', undefined],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(() => page.parse(argument)).toThrow(
      expect.objectContaining({ name: 'ArgumentError', suggestion }),
    );
  });
});
