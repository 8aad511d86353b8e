import { describe, expect, it } from 'vitest';
import { createGathering } from './gather.ts';

describe('createGathering', () => {
  it('runs what came within a moment together when it is over', async () => {
    const { add } = createGathering(30);
    const begun: { name: string; atMs: number }[] = [];
    const work = (name: string) => async () => void begun.push({ name, atMs: performance.now() });
    const startedMs = performance.now();
    const first = add(work('first'));
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, add(work('second'))]);
    expect(begun.map(({ name }) => name)).toEqual(['first', 'second']);
    const [one, two] = begun.map(({ atMs }) => atMs);
    // Timers may be early by less than a millisecond.
    expect((one ?? 0) - startedMs).toBeGreaterThan(28);
    expect((two ?? 0) - (one ?? 0)).toBeLessThan(20);
  });

  it('runs at once what waits when it is released, and gathers anew what comes after', async () => {
    const { add, release } = createGathering(60_000);
    let begun = 0;
    const work = async () => {
      begun += 1;
    };
    const one = add(work);
    expect(begun).toBe(0);
    release();
    expect(begun).toBe(1);
    await one;
    const two = add(work);
    expect(begun).toBe(1);
    release();
    await two;
    expect(begun).toBe(2);
  });

  it('settles as the work does', async () => {
    const { add, release } = createGathering(60_000);
    const failing = add(() => Promise.reject(new Error('no')));
    release();
    await expect(failing).rejects.toThrow('no');
  });
});
