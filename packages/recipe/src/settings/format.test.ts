import { describe, expect, it } from 'vitest';
import { format } from './format.ts';

describe('format', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'auto'])('reads and prints %s', (argument) => {
    expect(format.print(format.parse(argument))).toBe(argument);
  });

  it.each([
    ['jpg', 'jpeg'],
    ['PNG', 'png'],
    ['webm', 'webp'],
    ['tif', 'tiff'],
    ['svg', undefined],
    ['', undefined],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(() => format.parse(argument)).toThrow(
      expect.objectContaining({ name: 'ArgumentError', suggestion }),
    );
  });
});
