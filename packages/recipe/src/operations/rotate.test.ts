import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { rotate } from './rotate.ts';

describe('rotate', () => {
  it.each([
    ['0', ['0', '-0', '+0', '360', '-360', '720', '000']],
    ['90', ['90', '+90', '-270', '450', '090']],
    ['270', ['270', '-90', '999999999999990']],
    ['1', ['1', '-359', '361']],
  ])('prints %s for every angle that is it', (canonical, spellings) => {
    const printed = spellings.map((argument) => rotate.print(rotate.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each([
    '',
    '-',
    'abc',
    '90.0',
    '45.5',
    '1e2',
    '9_0',
    ' 90',
    '90deg',
    '0x10',
    '٩٠',
    '--90',
    '9'.repeat(400),
  ])('refuses %j', (argument) => {
    expect(() => rotate.parse(argument)).toThrow(ArgumentError);
  });

  it('suggests the whole degrees', () => {
    expect(() => rotate.parse('-90deg')).toThrow(expect.objectContaining({ suggestion: '270' }));
  });
});
