import { describe, expect, it } from 'vitest';
import type { ServiceError } from '../errors.ts';
import { createRenderQueue } from './render-queue.ts';

const always = () => true;

function queueOf(bounds: { maxWaiting?: number; maxWaitMs?: number; places?: number } = {}) {
  const expired: { entry: string; error: ServiceError }[] = [];
  let wake = () => {};
  const expiry = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const queue = createRenderQueue<string>({
    maxWaiting: 10,
    maxWaitMs: 60_000,
    places: 1,
    ...bounds,
    onExpired: (entry, error) => {
      expired.push({ entry, error });
      wake();
    },
  });
  const drain = () => {
    const taken: string[] = [];
    for (let entry = queue.take(always); entry !== undefined; entry = queue.take(always)) taken.push(entry);
    return taken;
  };
  return { queue, expired, expiry, drain };
}

describe('createRenderQueue', () => {
  it('gives entries in the order in which they came, those put back first', () => {
    const { queue, drain } = queueOf();
    for (const entry of ['a', 'b', 'c']) queue.add(entry);
    const first = queue.take(always);
    expect(first).toBe('a');
    queue.putBack('a', 1000);
    expect(drain()).toEqual(['a', 'b', 'c']);
    expect(queue.waiting()).toBe(0);
  });

  it('keeps everything behind a first entry that is not welcome', () => {
    const { queue, drain } = queueOf();
    queue.add('big');
    queue.add('small');
    expect(queue.take((entry) => entry !== 'big')).toBeUndefined();
    expect(drain()).toEqual(['big', 'small']);
  });

  it('refuses an entry when as many wait as may', () => {
    const { queue, drain } = queueOf({ maxWaiting: 2 });
    queue.add('a');
    queue.add('b');
    expect(() => queue.add('c')).toThrow(
      expect.objectContaining({ code: 'queue_full', retryAfterSeconds: 1 }),
    );
    expect(drain()).toEqual(['a', 'b']);
  });

  it('refuses at once what would wait too long at the speed of late, and says how long the queue takes', () => {
    const { queue, drain } = queueOf({ maxWaitMs: 5000, places: 2 });
    queue.noteServed(4000);
    for (const entry of ['a', 'b', 'c']) queue.add(entry);
    const refusal = { code: 'queue_full', retryAfterSeconds: 6 };
    expect(() => queue.add('d')).toThrow(expect.objectContaining(refusal));
    expect(drain()).toEqual(['a', 'b', 'c']);
    expect(() => queue.add('d')).not.toThrow();
    drain();
  });

  it('forgets how slow it was once jobs are fast again', () => {
    const { queue, drain } = queueOf({ maxWaitMs: 1000 });
    queue.noteServed(10_000);
    for (let jobs = 0; jobs < 50; jobs++) queue.noteServed(10);
    queue.add('a');
    expect(() => queue.add('b')).not.toThrow();
    drain();
  });

  it('lets an entry go that has waited as long as it may', async () => {
    const { queue, expired, expiry } = queueOf({ maxWaitMs: 20 });
    queue.add('a');
    await expiry;
    expect(expired).toEqual([{ entry: 'a', error: expect.objectContaining({ code: 'queue_full' }) }]);
    expect(queue.waiting()).toBe(0);
  });

  it('takes an entry out that no longer wants to wait', () => {
    const { queue, drain } = queueOf();
    queue.add('a');
    queue.add('b');
    queue.remove('a');
    queue.remove('never there');
    expect(drain()).toEqual(['b']);
  });
});
