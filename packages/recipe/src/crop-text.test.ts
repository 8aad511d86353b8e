import { describe, expect, it } from 'vitest';
import { parseCrop, printCrop } from './crop-text.ts';
import { ArgumentError } from './errors.ts';

const CENTRE = { kind: 'gravity', gravity: 'c' };
const SOUTH = { kind: 'gravity', gravity: 's' };
const px = (value: number) => ({ unit: 'px', value });
const percent = (value: number) => ({ unit: '%', value });
const sides = (width: object, height: object) => ({ kind: 'sides', width, height });
const NO_OFFSET = { x: 0, y: 0 };

describe('parseCrop', () => {
  it.each([
    ['100x50', { where: CENTRE, box: sides(px(100), px(50)), offset: NO_OFFSET }],
    ['smart100x50', { where: { kind: 'smart' }, box: sides(px(100), px(50)), offset: NO_OFFSET }],
    [
      'entropy.5x100%',
      { where: { kind: 'entropy' }, box: sides(percent(50), percent(100)), offset: NO_OFFSET },
    ],
    ['s7.5%x50+0+1', { where: SOUTH, box: sides(percent(7.5), px(50)), offset: { x: 0, y: 1 } }],
    [
      'se100x50+3-4',
      {
        where: { kind: 'gravity', gravity: 'se' },
        box: sides(px(100), px(50)),
        offset: { x: 3, y: -4 },
      },
    ],
    ['1.91:1', { where: CENTRE, box: { kind: 'ratio', width: 191, height: 100 }, offset: NO_OFFSET }],
    [
      '0.3,.25,32:18',
      {
        where: { kind: 'point', x: 0.3, y: 0.25 },
        box: { kind: 'ratio', width: 16, height: 9 },
        offset: NO_OFFSET,
      },
    ],
  ])('reads %s', (text, crop) => {
    expect(parseCrop(text)).toStrictEqual(crop);
  });

  it.each([
    '',
    'c',
    'se',
    '100',
    'c100',
    '100x',
    'x100',
    '1x2x3',
    'ns10x10',
    'nn10x10',
    'cc10x10',
    'C10x10',
    '10X10',
    '10.5x10',
    '50%',
    '50%x',
    'x50%',
    '101%x50%',
    '0%x50%',
    '.0x.5',
    '1.5x.5',
    '50%%x50%',
    '-5%x50%',
    '50%:50%',
    '10x10+5%+5%',
    '0x10',
    'n0x10',
    '-10x20',
    '+10x10',
    '1_0x10',
    '1e2x10',
    ' 10x10',
    '10x10 ',
    '١٠x10',
    '10x10+5',
    '10x10+5+5+5',
    '10x10++5+5',
    '10x10+5.5+5',
    '99999999999999999999x10',
    '1000000000000x10',
    '10x10+1000000000000+0',
    '0:1',
    '1:0',
    '16:9+1+1',
    '2000000000:1',
    '1.1,0.5,10x10',
    '0.5,2,10x10',
    '0.5,10x10',
    '0.5,0.5,',
    '-0.5,0.5,10x10',
    '0.5,0.5,n10x10',
    'smart',
    'smartx10',
    'Smart10x10',
    'smartn10x10',
    'smart10x10+1+1',
    'smart10x10+0+0',
    'faces100x100',
  ])('refuses %j', (text) => {
    expect(() => parseCrop(text)).toThrow(ArgumentError);
  });

  it.each([
    ['C100X50', '100x50'],
    ['NE100x50', 'ne100x50'],
    ['center100x50', '100x50'],
    ['middle100x50', '100x50'],
    ['north100x50', 'n100x50'],
    ['south-west 1:1', 'sw1:1'],
    ['TopRight.5x.5', 'ne50%x50%'],
    ['ns100x50', 'n100x50'],
    ['smartt100x50', 'smart100x50'],
    ['faces16:9', 'face16:9'],
    ['100px*50px', '100x50'],
    ['Smart 100x50', 'smart100x50'],
    ['.5*.5', '50%x50%'],
    ['abc', undefined],
  ])('suggests for %j what was probably meant', (text, suggestion) => {
    let error: unknown;
    try {
      parseCrop(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'ArgumentError', suggestion });
  });
});

describe('printCrop', () => {
  it.each([
    ['10x10', ['10x10', 'c10x10', '010x0010', 'c10x10+0+0', '10x10-0-0', '0.5,0.5,10x10', '.5,.50,10x10']],
    ['nw10x10', ['nw10x10', '0,0,10x10', '0.0,.0,10x10+0-0']],
    ['e10x10+1+2', ['e10x10+1+2', '1,0.5,10x10+01+002', '1.0,.5,10x10+1+2']],
    ['16:9', ['16:9', 'c32:18', '1.6:.9', '160:90', '0.5,0.5,16:9']],
    ['smart16:9', ['smart16:9', 'smart32:18', 'smart1.6:.9']],
    ['50%x100%', ['50%x100%', '.5x1.0', '0.50x1.', '050%x100.0%', 'c.5x100%', '.5x1.0+0-0']],
    ['n7%x0.1%', ['n7%x0.1%', 'n.07x.001', 'n0.070x.1%']],
    ['12.5%x300', ['12.5%x300', '.125x300', '12.50%x0300']],
    ['0.3,0.25,10x10', ['0.3,0.25,10x10', '.3,.250,10x10', '00.30,0.25,10x10-0+0']],
  ])('gives %s for every spelling of it', (canonical, spellings) => {
    expect(new Set(spellings.map((text) => printCrop(parseCrop(text))))).toEqual(new Set([canonical]));
  });
});
