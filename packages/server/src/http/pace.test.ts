import { describe, expect, it, vi } from 'vitest';
import { createPace } from './pace.ts';

/** What ran, in order, of so many pieces of work given at once. */
function run(count: number, pace: ReturnType<typeof createPace>): number[] {
  const ran: number[] = [];
  for (let index = 0; index < count; index += 1) pace(() => ran.push(index));
  return ran;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('createPace', () => {
  it('runs at once what comes no faster than it may', () => {
    expect(run(10, createPace({ perSecond: 1000, maxDelayMs: 1000 }))).toEqual(upTo(10));
  });

  it('spreads what comes faster, in its order', async () => {
    const startedMs = performance.now();
    const ran = run(100, createPace({ perSecond: 1000, maxDelayMs: 60_000 }));
    expect(ran).toEqual(upTo(10));
    await vi.waitFor(() => expect(ran).toEqual(upTo(100)), { timeout: 5000, interval: 5 });
    expect(performance.now() - startedMs).toBeGreaterThan(80);
  });

  it('lets nothing wait for longer than it may, however much there is', async () => {
    const clock = { nowMs: 0 };
    const pace = createPace({ perSecond: 1000, maxDelayMs: 40, now: () => clock.nowMs });
    const ran = run(1000, pace);
    expect(ran).toHaveLength(10);
    clock.nowMs = 40;
    await vi.waitFor(() => expect(ran).toEqual(upTo(1000)), { timeout: 5000, interval: 5 });
  });

  it('has no more at once after a pause than without one', () => {
    const clock = { nowMs: 0 };
    const pace = createPace({ perSecond: 1000, maxDelayMs: 40, now: () => clock.nowMs });
    clock.nowMs = 60_000;
    expect(run(100, pace)).toHaveLength(10);
  });
});
