import { describe, expect, it } from 'vitest';
import { createGathering } from './gather.ts';

describe('createGathering', () => {
  it('begins what came within a moment together when it is over', async () => {
    const startedMs = performance.now();
    const items = await new Promise<readonly string[]>((resolve) => {
      const { add } = createGathering<string>({ forMs: 30, most: 3 }, resolve);
      add('first');
      setImmediate(() => add('second'));
    });
    expect(items).toEqual(['first', 'second']);
    // Timers may be early by less than a millisecond.
    expect(performance.now() - startedMs).toBeGreaterThan(28);
  });

  it('begins at once what waits when it is released, and gathers anew what comes after', () => {
    const begun: string[][] = [];
    const { add, release } = createGathering<string>({ forMs: 60_000, most: 3 }, (items) =>
      begun.push([...items]),
    );
    add('one');
    expect(begun).toEqual([]);
    release();
    expect(begun).toEqual([['one']]);
    release();
    expect(begun).toEqual([['one']]);
    add('two');
    add('three');
    expect(begun).toEqual([['one']]);
    release();
    expect(begun).toEqual([['one'], ['two', 'three']]);
  });

  it('waits no longer when there are enough', () => {
    const begun: string[][] = [];
    const { add } = createGathering<string>({ forMs: 60_000, most: 2 }, (items) => begun.push([...items]));
    for (const item of ['one', 'two', 'three']) add(item);
    expect(begun).toEqual([['one', 'two']]);
  });
});
