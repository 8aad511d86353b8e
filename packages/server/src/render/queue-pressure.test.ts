import { describe, expect, it } from 'vitest';
import { createQueuePressure } from './queue-pressure.ts';

function pressureAt(maxWaitMs = 5000) {
  const clock = { nowMs: 0 };
  return { clock, pressure: createQueuePressure({ maxWaitMs, now: () => clock.nowMs }) };
}

describe('createQueuePressure', () => {
  it('shortens the queue once it has refused for a second without ever being empty', () => {
    const { clock, pressure } = pressureAt();
    pressure.noteRefusal();
    clock.nowMs = 999;
    expect(pressure.maxWaitMs()).toBe(5000);
    clock.nowMs = 1000;
    expect(pressure.maxWaitMs()).toBe(500);
  });

  it('takes what comes all at once for no standing pressure', () => {
    const { clock, pressure } = pressureAt();
    pressure.noteRefusal();
    clock.nowMs = 900;
    pressure.noteEmpty();
    clock.nowMs = 2000;
    pressure.noteRefusal();
    expect(pressure.maxWaitMs()).toBe(5000);
  });

  it('lets the queue be long again as soon as it was empty', () => {
    const { clock, pressure } = pressureAt();
    pressure.noteRefusal();
    clock.nowMs = 60_000;
    pressure.noteEmpty();
    expect(pressure.maxWaitMs()).toBe(5000);
  });

  it('never makes it longer than it may be', () => {
    const { clock, pressure } = pressureAt(100);
    pressure.noteRefusal();
    clock.nowMs = 1000;
    expect(pressure.maxWaitMs()).toBe(100);
  });

  it('counts the refusals of about the last second', () => {
    const { clock, pressure } = pressureAt();
    for (; clock.nowMs < 10_000; clock.nowMs += 10) pressure.noteRefusal();
    expect(pressure.refused()).toBe(1000);
    expect(pressure.refusedLately()).toBeGreaterThan(90);
    expect(pressure.refusedLately()).toBeLessThan(110);
    clock.nowMs += 10_000;
    expect(pressure.refusedLately()).toBeLessThan(1);
  });
});
