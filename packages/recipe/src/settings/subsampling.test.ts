import { describe, expect, it } from 'vitest';
import { subsampling } from './subsampling.ts';

describe('subsampling', () => {
  it.each(['420', '444', 'auto'])('reads and prints %s', (argument) => {
    expect(subsampling.print(subsampling.parse(argument))).toBe(argument);
  });

  it.each([
    ['4:2:0', '420'],
    ['Auto', 'auto'],
    ['422', '420'],
    ['', undefined],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(() => subsampling.parse(argument)).toThrow(
      expect.objectContaining({ name: 'ArgumentError', suggestion }),
    );
  });
});
