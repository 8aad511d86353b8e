import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSharedCopies } from './shared-copies.ts';

const KEPT_MS = 2000;
const MB = 1024 * 1024;

let made: string[];
let removed: string[];

function copiesOf(fail: (path: string) => boolean = () => false) {
  return createSharedCopies({
    make: async (path) => {
      made.push(path);
      if (fail(path)) throw new Error('no such file');
      return `copy of ${path}`;
    },
    remove: async (copy) => {
      removed.push(copy);
    },
    keptMs: KEPT_MS,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  made = [];
  removed = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe('createSharedCopies', () => {
  it('makes one copy for all who use it at the same time or shortly after', async () => {
    const copies = copiesOf();
    const [first, second] = await Promise.all([copies.take('a', 1), copies.take('a', 1)]);
    await first.release();
    await second.release();
    const third = await copies.take('a', 1);
    expect([first.path, second.path, third.path]).toEqual(['copy of a', 'copy of a', 'copy of a']);
    expect(made).toEqual(['a']);
  });

  it('removes a copy some time after its last use, and never one in use', async () => {
    const copies = copiesOf();
    const [first, second] = await Promise.all([copies.take('a', 1), copies.take('a', 1)]);
    await first.release();
    await vi.advanceTimersByTimeAsync(10 * KEPT_MS);
    expect(removed).toEqual([]);
    await second.release();
    await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
    expect(removed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(removed).toEqual(['copy of a']);
    await copies.take('a', 1);
    expect(made).toEqual(['a', 'a']);
  });

  it('keeps at most 32 MiB of what nobody uses', async () => {
    const copies = copiesOf();
    const held = await Promise.all(['a', 'b', 'c'].map((path) => copies.take(path, 15 * MB)));
    for (const copy of held) await copy.release();
    expect(removed).toEqual(['copy of c']);
    await vi.advanceTimersByTimeAsync(KEPT_MS);
    expect(removed).toEqual(['copy of c', 'copy of a', 'copy of b']);
    const later = await copies.take('d', 15 * MB);
    await later.release();
    expect(removed).not.toContain('copy of d');
  });

  it('tries again after a copy that could not be made', async () => {
    let isGone = true;
    const copies = copiesOf(() => isGone);
    await expect(copies.take('a', 1)).rejects.toThrow('no such file');
    isGone = false;
    expect((await copies.take('a', 1)).path).toBe('copy of a');
  });
});
