import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { contain } from './contain.ts';

describe('contain', () => {
  it.each([
    ['300x200', ['300x200', 'c300x200', '0300x200', '.5,0.5,300x200']],
    ['s300x200>', ['s300x200>', '.5,1,300x0200>']],
    ['0.3,0.25,10x10', ['0.3,.25,10x10']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => contain.print(contain.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each([
    '',
    '300',
    'x200',
    '0x200',
    '30.5x20',
    '50%x50%',
    '16:9',
    '300x200^',
    'smart300x200',
    'entropy1x1',
  ])('refuses %j', (argument) => {
    expect(() => contain.parse(argument)).toThrow(ArgumentError);
  });

  it('suggests a square for one number', () => {
    expect(() => contain.parse('n300')).toThrow(expect.objectContaining({ suggestion: 'n300x300' }));
  });

  it('gives its box, whatever the picture', () => {
    expect(contain.size(contain.parse('300x200>'), { width: 10, height: 10 })).toEqual({
      width: 300,
      height: 200,
    });
  });

  it('scales its sides and keeps the rest', () => {
    expect(contain.print(contain.scale?.(contain.parse('s101x50>'), 1.5) ?? {})).toBe('s152x75>');
  });

  it('never enlarges with >', () => {
    expect(contain.print(contain.shrinkOnly?.(contain.parse('n300x200')) ?? {})).toBe('n300x200>');
  });
});
