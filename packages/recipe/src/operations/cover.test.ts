import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { cover } from './cover.ts';

describe('cover', () => {
  it.each([
    ['300x200', ['300x200', 'c300x200', '0300x200', '.5,0.5,300x200']],
    ['n300x200>', ['n300x200>', '.5,0,300x0200>']],
    ['smart300x200', ['smart300x200']],
    ['entropy1x1>', ['entropy1x01>']],
    ['0.3,0.25,10x10', ['0.3,.25,10x10']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => cover.print(cover.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each([
    '',
    '300',
    '300x',
    'x200',
    '0x200',
    '300x0',
    '30.5x20',
    '50%x50%',
    '16:9',
    '300x200^',
    '300x200<',
    '300x200>>',
    '>300x200',
    '300x200+1+1',
    'faces300x200',
    'smart',
    '1.5,0,300x200',
    '-300x200',
    '1000000000000x1',
    ' 300x200',
  ])('refuses %j', (argument) => {
    expect(() => cover.parse(argument)).toThrow(ArgumentError);
  });

  it.each([
    ['300', '300x300'],
    ['N300X200', 'n300x200'],
    ['smart300', 'smart300x300'],
    ['300x200^', '300x200'],
    ['center 300px*200px', '300x200'],
    ['0.2,0.3,300', '0.2,0.3,300x300'],
    ['16:9', undefined],
  ])('suggests for %j what was probably meant', (argument, suggestion) => {
    expect(() => cover.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it.each([
    ['300x200', 4000, 3000, 300, 200],
    ['300x200', 10, 10, 300, 200],
    ['300x200>', 4000, 3000, 300, 200],
    ['300x200>', 300, 200, 300, 200],
    ['300x200>', 150, 150, 150, 100],
    ['300x200>', 4000, 100, 150, 100],
    ['smart1x900>', 1, 1, 1, 1],
    ['3x2>', 2, 2, 2, 1],
  ])('%s makes of %dx%d %dx%d', (argument, width, height, afterWidth, afterHeight) => {
    const after = cover.size(cover.parse(argument), { width, height });
    expect(after).toEqual({ width: afterWidth, height: afterHeight });
  });

  it('scales its sides and keeps the rest', () => {
    expect(cover.print(cover.scale?.(cover.parse('smart101x50>'), 1.5) ?? {})).toBe('smart152x75>');
  });

  it('never enlarges with >', () => {
    expect(cover.print(cover.shrinkOnly?.(cover.parse('n300x200')) ?? {})).toBe('n300x200>');
  });
});
