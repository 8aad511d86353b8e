import { describe, expect, it } from 'vitest';
import { RecipeError } from './errors.ts';
import { operationsSegments, pathSegments } from './path.ts';

function problemOf(read: () => unknown): Pick<RecipeError, 'code' | 'segment' | 'position'> | undefined {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return { code: error.code, segment: error.segment, position: error.position };
  }
  return undefined;
}

describe('pathSegments', () => {
  it.each([
    ['/image/ab', []],
    ['/image/ab/resize/100x', ['resize', '100x']],
    ['/image/ab/resize/50%/crop/10x10', ['resize', '50%', 'crop', '10x10']],
    ['/image/ab/resize/50%25', ['resize', '50%']],
    ['/image/ab/resize/%', ['resize', '%']],
    ['/image/ab/resize/%%25%2', ['resize', '%%%2']],
    ['/image/ab/resize/100x50%3E', ['resize', '100x50>']],
    ['/image/ab/resize/100x50%3e', ['resize', '100x50>']],
    ['/image/ab/resize/100x50>', ['resize', '100x50>']],
    ['/image/ab/%72esize/1+2', ['resize', '1+2']],
    ['/image/ab/text/h%C3%A9%F0%9F%98%80', ['text', 'hé😀']],
    ['/image/ab/a/%252F', ['a', '%2F']],
    ['/image/ab/a/...', ['a', '...']],
  ])('reads %s', (path, segments) => {
    expect(pathSegments(path, 2)).toEqual(segments);
  });

  it.each([
    ['/image/ab/', 'empty_segment', '', 0],
    ['/image/ab/resize/100x/', 'empty_segment', '', 2],
    ['/image/ab//resize/100x', 'empty_segment', '', 0],
    ['/image/ab/resize//100x', 'empty_segment', '', 1],
    ['/image/ab/resize/a%2Fb', 'bad_path', 'a/b', 1],
    ['/image/ab/resize/a%2fb', 'bad_path', 'a/b', 1],
    ['/image/ab/resize/a%5Cb', 'bad_path', 'a\\b', 1],
    ['/image/ab/resize/a\\b', 'bad_path', 'a\\b', 1],
    ['/image/ab/resize/100x%00', 'bad_path', '100x\0', 1],
    ['/image/ab/resize/100x%0d%0aX:1', 'bad_path', '100x\r\nX:1', 1],
    ['/image/ab/resize/100x%7f', 'bad_path', '100x\x7f', 1],
    ['/image/ab/./100x', 'bad_path', '.', 0],
    ['/image/ab/resize/..', 'bad_path', '..', 1],
    ['/image/ab/resize/%2e%2E', 'bad_path', '..', 1],
    ['/image/ab/resize/.%2e', 'bad_path', '..', 1],
    ['/image/ab/resize/50%ab', 'bad_path', '50%ab', 1],
    ['/image/ab/resize/%c0%ae', 'bad_path', '%c0%ae', 1],
    ['/image/ab/resize/%ed%a0%80', 'bad_path', '%ed%a0%80', 1],
    ['/image/ab/resize/é', 'bad_path', 'é', 1],
  ])('refuses %s', (path, code, segment, position) => {
    expect(problemOf(() => pathSegments(path, 2))).toEqual({ code, segment, position });
  });

  it('sends back at most 100 characters of a segment', () => {
    const problem = problemOf(() => pathSegments(`/image/ab/${'\\'.repeat(5000)}`, 2));
    expect(problem?.segment).toHaveLength(100);
  });
});

describe('operationsSegments', () => {
  it.each([
    ['', []],
    ['resize/100x', ['resize', '100x']],
    ['resize%2F100x%2fcrop/10x10', ['resize', '100x', 'crop', '10x10']],
    ['crop/nw10x10+5+5', ['crop', 'nw10x10+5+5']],
    ['crop/nw10x10%2B5%2B5', ['crop', 'nw10x10+5+5']],
    ['resize/50%', ['resize', '50%']],
    ['resize/50%25', ['resize', '50%']],
    ['resize/%252F', ['resize', '%2F']],
  ])('reads %s', (value, segments) => {
    expect(operationsSegments(value)).toEqual(segments);
  });

  it.each([
    ['/', 'empty_segment', '', 0],
    ['/resize/100x', 'empty_segment', '', 0],
    ['resize/100x%2F', 'empty_segment', '', 2],
    ['resize/%2e%2e', 'bad_path', '..', 1],
    ['resize/100x%00', 'bad_path', '100x\0', 1],
    ['resize%2F%ff', 'bad_path', '%ff', 1],
  ])('refuses %s', (value, code, segment, position) => {
    expect(problemOf(() => operationsSegments(value))).toEqual({ code, segment, position });
  });
});
