import { describe, expect, it } from 'vitest';
import { ArgumentError } from './errors.ts';
import { parseGeometry, printGeometry } from './geometry-text.ts';

describe('parseGeometry', () => {
  it.each([
    ['300x200', { kind: 'box', width: 300, height: 200, fit: 'inside', when: 'always' }],
    ['200x', { kind: 'box', width: 200, fit: 'inside', when: 'always' }],
    ['x100>', { kind: 'box', height: 100, fit: 'inside', when: 'shrink' }],
    ['300x200!<', { kind: 'box', width: 300, height: 200, fit: 'exact', when: 'enlarge' }],
    ['100.5x50.4', { kind: 'box', width: 101, height: 50, fit: 'inside', when: 'always' }],
    ['40%x60%', { kind: 'percent', x: 40, y: 60 }],
    ['x60%', { kind: 'percent', x: 100, y: 60 }],
    ['10000.5@>', { kind: 'area', pixels: 10000.5, when: 'shrink' }],
    ['16:9', { kind: 'ratio', width: 16, height: 9 }],
    ['999999999999x', { kind: 'box', width: 999999999999, fit: 'inside', when: 'always' }],
  ])('reads %s', (text, geometry) => {
    expect(parseGeometry(text)).toStrictEqual(geometry);
  });

  it.each([
    '',
    '!',
    '%',
    'x',
    'xx',
    '@',
    '<>',
    ':',
    '1:',
    ':1',
    '1:0',
    '0',
    '0x0',
    '100x0',
    '0.4',
    '0%',
    '0@',
    '50%x0%',
    '-100x50',
    'x-50',
    '100+10+20',
    '100x50+5',
    '+10+20',
    '100x100@',
    '100x@',
    '50%@',
    '16:9%',
    '16:9@',
    '16:9:4',
    '1e2x5e1',
    '(100x50)',
    '100x50x20',
    '100x50 ',
    ' 100x50',
    '100 x50',
    '100x50\n',
    '1.2.3',
    '.',
    '١٠x10',
    '1000000000000x',
    '999999999999.5x',
    '1000000000000@',
    '99999999999999999x',
    `${'9'.repeat(400)}x10`,
    '1.0000000000001x',
    '0x10',
  ])('refuses %j', (text) => {
    expect(() => parseGeometry(text)).toThrow(ArgumentError);
  });

  it.each([
    ['100px', '100x'],
    ['100px50px', '100x50'],
    ['100,50', '100x50'],
    ['100;50', '100x50'],
    ['100*50>', '100x50>'],
    ['100 x 50', '100x50'],
    ['abc', undefined],
    ['100x50x20', undefined],
    [`${' '.repeat(100)}100`, undefined],
  ])('suggests for %j what was probably meant', (text, suggestion) => {
    let error: unknown;
    try {
      parseGeometry(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'ArgumentError', suggestion });
  });
});

describe('printGeometry', () => {
  it.each([
    ['100x', ['100', '100x', '0100x', '100.0x', '100.x', '100.4', '100X', '100x+1+2']],
    ['x50', ['x50', 'X50', 'x050.0', 'x50-3+4']],
    ['100x50', ['100x50', '100.0x50', '00100X50', '100x50+10+20', '100x49.5']],
    ['100x50>', ['100x50>', '>100x50', '10>0x50', '100x50>>']],
    ['100x50!', ['100x50!', '100x50!^', '100x50^!']],
    ['100x50!>', ['100x50!>', '100x50>!', '>100x50^!']],
    ['100x100^', ['100^', '100x^', 'x100^', '100x100^']],
    ['100x50^<', ['100x50^<', '100x50<^']],
    ['50%', ['50%', '50%x', '%50', '50%x50%', '50x50%', '050.0%', '50%>', '50%!^<', '50.%']],
    ['50%x25%', ['50%x25', '50x25%', '50%x25%!']],
    ['100%x50%', ['x50%', '100%x50%']],
    ['100%', ['100%', '100x50<>', '7<>', '1x1!<>']],
    ['10000@', ['10000@', '@10000', '10000.0@', '10000@<', '10000@!', '10000@^']],
    ['10000@>', ['10000@>', '10000>@', '10000@<>']],
    ['16:9', ['16:9', '16.0:09', '16:9!', '16:9>']],
    ['0.0000005%', ['.0000005%', '0.00000050%']],
  ])('gives %s for every spelling of it', (canonical, spellings) => {
    expect(new Set(spellings.map((text) => printGeometry(parseGeometry(text))))).toEqual(
      new Set([canonical]),
    );
  });

  it('keeps apart what differs', () => {
    const texts = ['100x', 'x100', '100x100', '100x!', 'x100!', '100x>', '100x<', '100x100^', '100%', '100@'];
    expect(new Set(texts.map((text) => printGeometry(parseGeometry(text)))).size).toBe(texts.length);
  });
});
