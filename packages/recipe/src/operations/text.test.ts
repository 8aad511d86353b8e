import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { text } from './text.ts';

describe('text', () => {
  it.each([
    ['text:Hello, world', ['text:Hello, world', 'c,size:5%,weight:400,color:FFFFFF,text:Hello, world']],
    ['text:a,text:b', ['text:a,text:b']],
    ['se,text:text:', ['se,text:text:', '1,1,text:text:']],
    ['text:\u00e9', ['text:\u00e9', 'text:e\u0301']],
    [
      'sw,offset:4x-2,size:32,box:50%x100,font:lobster,weight:700,color:ff000080,background:00000080,text: x ',
      [
        'background:00000080,color:FF000080,weight:700,font:lobster,box:.5x100,size:32,offset:4x-2,sw,text: x ',
      ],
    ],
  ])('prints %j for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((argument) => text.print(text.parse(argument)));
    expect(new Set(printed)).toEqual(new Set([canonical]));
  });

  it.each([
    '',
    'Hello',
    'text',
    'text:',
    'text: \u3000',
    'Text:a',
    'se;text:a',
    'se,,text:a',
    'smart,text:a',
    'size:0,text:a',
    'size:-4,text:a',
    'size:101%,text:a',
    'size:4,size:4,text:a',
    'box:0x5,text:a',
    'box:5,text:a',
    'font:Noto Sans,text:a',
    'font:../x,text:a',
    'weight:450,text:a',
    'weight:1000,text:a',
    'color:white,text:a',
    'background:,text:a',
    'text:a\u0000b',
    'text:a\nb',
    'text:\ud800',
    `text:${'a'.repeat(501)}`,
  ])('refuses %j', (argument) => {
    expect(() => text.parse(argument)).toThrow(ArgumentError);
  });

  it('takes 500 characters, whatever their length in bytes', () => {
    const argument = `text:${'😀'.repeat(500)}`;
    expect(text.print(text.parse(argument))).toBe(argument);
  });

  it.each([
    ['Hello', 'text:Hello'],
    ['se,size:32:Hello', 'se,size:32,text:Hello'],
    ['Hello: world', 'text:Hello: world'],
    ['size:x,text:Hello', undefined],
  ])('suggests for %j %j', (argument, suggestion) => {
    expect(() => text.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it('keeps the size, names its font, and none where it takes the default', () => {
    expect(text.size(text.parse('text:a'), { width: 4, height: 3 })).toEqual({ width: 4, height: 3 });
    expect(text.font?.(text.parse('font:lobster,text:a'))).toBe('lobster');
    expect(text.font?.(text.parse('text:a'))).toBeUndefined();
  });

  it.each([
    ['offset:3x5%,size:31,box:100x5%,text:a', 'offset:5x5%,size:47,box:150x5%,text:a'],
    ['text:a', 'text:a'],
  ])('scales %s by 1.5 to %s', (argument, scaled) => {
    expect(text.print(text.scale?.(text.parse(argument), 1.5) ?? {})).toBe(scaled);
  });
});
