import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceError } from '../errors.ts';
import { createRenderQueue } from './render-queue.ts';

interface Bounds {
  readonly maxWaiting?: number;
  readonly maxWaitMs?: number;
  readonly places?: number;
  readonly idlePlaces?: number;
}

/** Entries are `<client>:<name>`. */
function queueOf({ idlePlaces = 0, ...bounds }: Bounds = {}) {
  const dropped: { entry: string; error: ServiceError }[] = [];
  const clock = { nowMs: 0 };
  let wake = () => {};
  const drop = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const queue = createRenderQueue<string>({
    maxWaiting: 10,
    maxWaitMs: 60_000,
    places: 1,
    ...bounds,
    idlePlaces: () => idlePlaces,
    now: () => clock.nowMs,
    clientOf: (entry) => entry.split(':', 1)[0] ?? '',
    onDropped: (entry, error) => {
      dropped.push({ entry, error });
      wake();
    },
  });
  const take = () => queue.take(() => true);
  const drain = () => {
    const taken: string[] = [];
    for (let entry = take(); entry !== undefined; entry = take()) {
      taken.push(entry);
      queue.noteServed(entry, 1);
      queue.release(entry);
    }
    return taken;
  };
  /** Serves one entry for so long, so that the queue knows how long that takes. */
  const serveOne = (servedMs: number) => {
    queue.add('earlier:1');
    take();
    queue.noteServed('earlier:1', servedMs);
    queue.release('earlier:1');
  };
  return { queue, clock, dropped, drop, take, drain, serveOne };
}

const withCode = (code: string) => expect.objectContaining({ code });

describe('createRenderQueue', () => {
  it('gives entries of one client in the order in which they came, those put back first', () => {
    const { queue, take, drain } = queueOf();
    for (const entry of ['a:1', 'a:2', 'a:3']) queue.add(entry);
    expect(take()).toBe('a:1');
    queue.putBack('a:1', 1000);
    expect(drain()).toEqual(['a:1', 'a:2', 'a:3']);
    expect(queue.waiting()).toBe(0);
  });

  it('gives clients their turns one after the other', () => {
    const { queue, drain } = queueOf();
    for (const entry of ['a:1', 'a:2', 'a:3', 'b:1', 'c:1', 'b:2']) queue.add(entry);
    expect(drain()).toEqual(['a:1', 'b:1', 'c:1', 'a:2', 'b:2', 'a:3']);
  });

  it('keeps everything behind a first entry that is not welcome', () => {
    const { queue, drain } = queueOf();
    queue.add('a:big');
    queue.add('b:small');
    expect(queue.take((entry) => entry !== 'a:big')).toBeUndefined();
    expect(drain()).toEqual(['a:big', 'b:small']);
  });

  it('refuses an entry when as many wait as may, beside those that idle places would take', () => {
    const { queue, drain } = queueOf({ maxWaiting: 1, idlePlaces: 1 });
    queue.add('a:1');
    queue.add('a:2');
    expect(queue.hasRoom('a')).toBe(false);
    expect(() => queue.add('a:3')).toThrow(
      expect.objectContaining({ code: 'queue_full', retryAfterSeconds: 1 }),
    );
    expect(drain()).toEqual(['a:1', 'a:2']);
    expect(queue.refused()).toBe(1);
  });

  it('refuses at once what would wait too long at the speed of late', () => {
    const { queue, drain, serveOne } = queueOf({ maxWaitMs: 5000, places: 2 });
    serveOne(4000);
    for (const entry of ['a:1', 'a:2', 'a:3']) queue.add(entry);
    expect(() => queue.add('a:4')).toThrow(withCode('queue_full'));
    expect(drain()).toEqual(['a:1', 'a:2', 'a:3']);
    expect(() => queue.add('a:4')).not.toThrow();
    drain();
  });

  it('says when all that waits will be served, and all that was just told to come again', () => {
    const { queue, drain, serveOne } = queueOf({ maxWaiting: 4, places: 2 });
    serveOne(1000);
    for (const entry of ['a:1', 'a:2', 'a:3', 'a:4']) queue.add(entry);
    expect(queue.refusal('a')).toMatchObject({ retryAfterSeconds: 3 });
    for (let count = 0; count < 15; count += 1) expect(queue.refusal('a')).toBeDefined();
    expect(queue.refusal('a')).toMatchObject({ retryAfterSeconds: 11 });
    drain();
  });

  it('forgets how slow it was once jobs are fast again', () => {
    const { queue, drain, serveOne } = queueOf({ maxWaitMs: 1000 });
    serveOne(10_000);
    for (let jobs = 0; jobs < 50; jobs++) serveOne(10);
    queue.add('a:1');
    expect(() => queue.add('a:2')).not.toThrow();
    drain();
  });

  it('keeps the queue short while more comes than can be served, but one entry for each place', () => {
    const { queue, clock, drain, serveOne } = queueOf({ maxWaiting: 4, places: 2 });
    serveOne(400);
    for (const entry of ['a:1', 'a:2', 'a:3', 'a:4']) queue.add(entry);
    expect(queue.hasRoom('a')).toBe(false);
    expect(queue.refusal('a')).toBeDefined();
    clock.nowMs = 1000;
    queue.remove('a:4');
    expect(queue.hasRoom('a')).toBe(false);
    queue.remove('a:3');
    expect(queue.hasRoom('a')).toBe(true);
    drain();
    for (const entry of ['a:5', 'a:6', 'a:7', 'a:8']) queue.add(entry);
    drain();
  });

  it('lets an entry go that has waited as long as it may', async () => {
    const { queue, dropped, drop } = queueOf({ maxWaitMs: 20 });
    queue.add('a:1');
    await drop;
    expect(dropped).toEqual([{ entry: 'a:1', error: withCode('queue_full') }]);
    expect(queue.waiting()).toBe(0);
  });

  it('takes an entry out that no longer wants to wait', () => {
    const { queue, drain } = queueOf();
    queue.add('a:1');
    queue.add('a:2');
    queue.remove('a:1');
    queue.remove('a:never there');
    expect(drain()).toEqual(['a:2']);
  });

  it('makes room for a newcomer: the newest entry of whoever has most goes, with too_many_requests', () => {
    const { queue, dropped, drain } = queueOf({ maxWaiting: 3 });
    for (const entry of ['greedy:1', 'greedy:2', 'greedy:3']) queue.add(entry);
    queue.add('modest:1');
    expect(dropped).toEqual([{ entry: 'greedy:3', error: withCode('too_many_requests') }]);
    expect(() => queue.add('greedy:4')).toThrow(withCode('too_many_requests'));
    expect(drain()).toEqual(['greedy:1', 'modest:1', 'greedy:2']);
  });

  it('lets a lone client have all of it, and tells it queue_full', () => {
    const { queue, drain } = queueOf({ maxWaiting: 3 });
    for (const entry of ['a:1', 'a:2', 'a:3']) queue.add(entry);
    expect(() => queue.add('a:4')).toThrow(withCode('queue_full'));
    expect(drain()).toHaveLength(3);
  });

  it('never refuses or drops an entry of a client that has less than its share', () => {
    const arbitraryArrivals = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 60 });
    fc.assert(
      fc.property(arbitraryArrivals, fc.integer({ min: 1, max: 12 }), (arrivals, maxWaiting) => {
        const { queue, dropped, drain } = queueOf({ maxWaiting });
        const waiting = new Map<string, number>();
        const change = (client: string, by: number) => waiting.set(client, (waiting.get(client) ?? 0) + by);
        for (const [name, client] of arrivals.entries()) {
          const clients = new Set([
            ...[...waiting].filter(([, count]) => count > 0).map(([who]) => who),
            client,
          ]);
          const share = Math.floor(maxWaiting / clients.size);
          const before = waiting.get(client) ?? 0;
          const isIn = succeeds(() => queue.add(`${client}:${name}`));
          if (before < share) expect(isIn).toBe(true);
          if (isIn) change(client, 1);
          for (const { entry } of dropped.splice(0)) {
            const loser = entry.split(':', 1)[0] ?? '';
            expect(waiting.get(loser)).toBeGreaterThan(share);
            change(loser, -1);
          }
          expect(queue.waiting()).toBeLessThanOrEqual(maxWaiting);
        }
        expect(drain()).toHaveLength([...waiting.values()].reduce((sum, count) => sum + count, 0));
      }),
    );
  });
});

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
