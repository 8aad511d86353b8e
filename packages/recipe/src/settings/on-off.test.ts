import { describe, expect, it } from 'vitest';
import { enlarge } from './enlarge.ts';
import { lossless } from './lossless.ts';
import { parseOnOff, printOnOff } from './on-off.ts';
import { progressive } from './progressive.ts';

describe('parseOnOff', () => {
  it.each(['on', 'off'])('reads what printOnOff prints: %s', (argument) => {
    expect(printOnOff(parseOnOff(argument))).toBe(argument);
  });

  it.each([
    ['On', 'on'],
    ['true', 'on'],
    ['1', 'on'],
    ['no', 'off'],
    ['', undefined],
    ['maybe', undefined],
    ['__proto__', undefined],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(() => parseOnOff(argument)).toThrow(
      expect.objectContaining({ name: 'ArgumentError', suggestion }),
    );
  });
});

describe.each([enlarge, lossless, progressive])('$name', (setting) => {
  it('is a switch', () => {
    expect([setting.parse('on'), setting.parse('off')]).toEqual([true, false]);
    expect(() => setting.parse('yes')).toThrow(expect.objectContaining({ suggestion: 'on' }));
  });
});
