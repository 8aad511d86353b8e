import { describe, expect, it } from 'vitest';
import { matchesEtag, serverTiming } from './headers.ts';

describe('matchesEtag', () => {
  it.each(['"abc"', 'W/"abc"', '"x", "abc"', '*', ' "abc" '])('finds the tag in %s', (header) => {
    expect(matchesEtag(header, '"abc"')).toBe(true);
  });

  it.each([undefined, '', 'abc', '"ab"', '"abcd"'])('does not find it in %s', (header) => {
    expect(matchesEtag(header, '"abc"')).toBe(false);
  });
});

describe('serverTiming', () => {
  it('lists stages with milliseconds', () => {
    expect(
      serverTiming(
        new Map([
          ['resolve', 0.26],
          ['render', 12],
        ]),
      ),
    ).toBe('resolve;dur=0.3, render;dur=12.0');
  });
});
