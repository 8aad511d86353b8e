import { describe, expect, it } from 'vitest';
import { maxbytes } from './maxbytes.ts';

describe('maxbytes', () => {
  it.each([
    ['1', ['1', '01']],
    ['1kb', ['1kb', '1024', '01024']],
    ['100kb', ['100kb', '102400']],
    ['1mb', ['1mb', '1024kb', '1048576']],
    ['1024mb', ['1024mb']],
  ])('prints %s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => maxbytes.print(maxbytes.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it('counts bytes', () => {
    expect(['100', '2kb', '3mb'].map(maxbytes.parse)).toEqual([100, 2048, 3_145_728]);
  });

  it.each([
    ['0', '1'],
    ['1025mb', '1024mb'],
    ['100KB', '100kb'],
    ['100k', '100kb'],
    ['1.5mb', '1536kb'],
    ['100 kb', '100kb'],
    ['1gb', undefined],
    ['', undefined],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(() => maxbytes.parse(argument)).toThrow(
      expect.objectContaining({ name: 'ArgumentError', suggestion }),
    );
  });
});
