import { describe, expect, it } from 'vitest';
import { checkMemory } from './check-memory.ts';

const MEBIBYTE = 1024 ** 2;
const SETTINGS = {
  renderProcesses: 2,
  renderMemoryBytes: 512 * MEBIBYTE,
  cacheMemoryBytes: 64 * MEBIBYTE,
};

describe('checkMemory', () => {
  it('is content where everything fits', () => {
    expect(checkMemory(SETTINGS, 896 * MEBIBYTE)).toEqual({
      kind: 'ok',
      subject: 'memory',
      message: 'up to 896mb of 896mb',
    });
  });

  it('says how much is left for rendering where it does not', () => {
    expect(checkMemory(SETTINGS, 512 * MEBIBYTE)).toMatchObject({
      kind: 'problem',
      message: 'up to 896mb of 512mb',
      change: 'set RENDER_MEMORY_BYTES=128mb or less, or give it more memory',
    });
  });

  it('does not say to render with less than rendering needs', () => {
    expect(checkMemory(SETTINGS, 440 * MEBIBYTE).change).toContain(
      'give it more memory, or set RENDER_PROCESSES',
    );
  });
});
