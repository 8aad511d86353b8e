import { describe, expect, it } from 'vitest';
import { recipeOperation } from './recipe-operation.ts';

const HASH = '0123456789012345678901234567890123456789';

describe('recipeOperation', () => {
  it.each([
    ['/image', `/image/${HASH}/resize/100x/crop/10x10`, 'resize'],
    ['/image', `/image/${HASH}/format/webp/crop/10x10?signature=abc`, 'crop'],
    ['/image', `/image/${HASH}/preset/thumb`, 'preset'],
    ['/info', `/info/${HASH}/rotate/90`, 'rotate'],
    ['/explain/image', `/explain/image/${HASH}/flip/h`, 'flip'],
    ['/process', '/process/resize/100x', 'resize'],
    ['/external', '/external?url=http%3A%2F%2Fa.example%2Fresize&operations=crop/10x10', 'crop'],
    ['/external', '/external?operations=format%2Fpng%2Fflip%2Fh&url=x', 'flip'],
  ])('finds the first operation: %s %s', (route, target, operation) => {
    expect(recipeOperation(route, target)).toBe(operation);
  });

  it.each([
    ['/image', `/image/${HASH}`],
    ['/image', `/image/${HASH}/format/webp/quality/80`],
    ['/image', `/image/${HASH}/resise/100x`],
    ['/image', `/image/${HASH}/constructor/1/__proto__/2`],
    ['/external', '/external?url=x'],
    ['/external', '/external?url=resize/100x'],
    ['/upload', '/upload/resize/100x'],
    ['none', '/resize/100x'],
    ['/image', '/image'],
  ])('says none, and never what the client made up: %s %s', (route, target) => {
    expect(recipeOperation(route, target)).toBe('none');
  });
});
