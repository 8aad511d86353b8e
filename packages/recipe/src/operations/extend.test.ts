import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { extend } from './extend.ts';

describe('extend', () => {
  it.each([
    ['300x200', ['300x200', 'c300x200', '0300x200', '.5,0.5,300x200']],
    ['16:9', ['16:9', '32:18', 'c1.6:.9']],
    ['n16:9', ['n16:9', '.5,0,16:9']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => extend.print(extend.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each(['', '300', 'x200', '0x200', '30.5x20', '50%x50%', '0:9', '300x200>', 'smart300x200', '16:9:4'])(
    'refuses %j',
    (argument) => {
      expect(() => extend.parse(argument)).toThrow(ArgumentError);
    },
  );

  it('suggests what was probably meant', () => {
    expect(() => extend.parse('SE300px*200px')).toThrow(expect.objectContaining({ suggestion: 'se300x200' }));
  });

  it.each([
    ['300x200', 100, 100, 300, 200],
    ['300x200', 400, 100, 400, 200],
    ['300x200', 400, 300, 400, 300],
    ['16:9', 1600, 1200, 2133, 1200],
    ['16:9', 1600, 400, 1600, 900],
    ['1:1', 3, 2, 3, 3],
    ['1:1', 2, 2, 2, 2],
  ])('%s makes of %dx%d %dx%d', (argument, width, height, afterWidth, afterHeight) => {
    const after = extend.size(extend.parse(argument), { width, height });
    expect(after).toEqual({ width: afterWidth, height: afterHeight });
  });

  it.each([
    ['s101x50', 's152x75'],
    ['16:9', '16:9'],
  ])('scales %s by 1.5 to %s', (argument, scaled) => {
    expect(extend.print(extend.scale?.(extend.parse(argument), 1.5) ?? {})).toBe(scaled);
  });
});
