import { describe, expect, it } from 'vitest';
import { createStageTimer } from './stage-timer.ts';

describe('createStageTimer', () => {
  it('sums the times of a stage and keeps each for itself', async () => {
    const timer = createStageTimer();
    await timer.measure('render', Promise.resolve());
    timer.begin('render')();
    const [first, second] = timer.spans;
    expect(timer.spans.map(({ stage }) => stage)).toEqual(['render', 'render']);
    expect(second?.startedMs).toBeGreaterThanOrEqual((first?.startedMs ?? 0) + (first?.durationMs ?? 0));
    expect(timer.stages.get('render')).toBe((first?.durationMs ?? 0) + (second?.durationMs ?? 0));
  });

  it('measures work that fails, and passes its failure on', async () => {
    const timer = createStageTimer();
    await expect(timer.measure('open', Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect([...timer.stages.keys()]).toEqual(['open']);
  });

  it('has ended when the last stage has', async () => {
    const timer = createStageTimer();
    let told = 0;
    const tell = () => {
      told += 1;
    };
    timer.whenEnded(tell);
    expect(told).toBe(1);
    const end = timer.begin('store');
    timer.whenEnded(tell);
    await timer.measure('render', Promise.resolve());
    expect(told).toBe(1);
    end();
    expect(told).toBe(2);
    expect(timer.spans.map(({ stage }) => stage)).toEqual(['render', 'store']);
  });
});
