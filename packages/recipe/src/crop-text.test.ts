import { describe, expect, it } from 'vitest';
import { parseCrop, printCrop } from './crop-text.ts';
import { ArgumentError } from './errors.ts';

const CENTRE = { kind: 'gravity', gravity: 'c' };
const NO_OFFSET = { x: 0, y: 0 };

describe('parseCrop', () => {
  it.each([
    ['100x50', { where: CENTRE, box: { kind: 'pixels', width: 100, height: 50 }, offset: NO_OFFSET }],
    [
      'se100x50+3-4',
      {
        where: { kind: 'gravity', gravity: 'se' },
        box: { kind: 'pixels', width: 100, height: 50 },
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
    '50%x50%',
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
    'smart100x100',
    'entropy100x100',
    'face100x100',
  ])('refuses %j', (text) => {
    expect(() => parseCrop(text)).toThrow(ArgumentError);
  });

  it.each([
    ['C100X50', '100x50'],
    ['NE100x50', 'ne100x50'],
    ['center100x50', '100x50'],
    ['100px*50px', '100x50'],
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
    ['0.3,0.25,10x10', ['0.3,0.25,10x10', '.3,.250,10x10', '00.30,0.25,10x10-0+0']],
  ])('gives %s for every spelling of it', (canonical, spellings) => {
    expect(new Set(spellings.map((text) => printCrop(parseCrop(text))))).toEqual(new Set([canonical]));
  });
});
