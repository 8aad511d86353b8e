import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairOrder } from './fair-order.ts';

interface Job {
  readonly client: string;
  readonly name: number;
}

type Order = ReturnType<typeof createFairOrder<Job>>;

/** Takes the next out, as one that is served for so long. */
function serve(order: Order, servedMs = 1): Job | undefined {
  const job = order.first();
  if (job === undefined) return undefined;
  order.charge(job.client, servedMs);
  order.remove(job.client, (other) => other === job);
  return job;
}

function fill(counts: Readonly<Record<string, number>>): Order {
  const order = createFairOrder<Job>();
  for (const [client, count] of Object.entries(counts)) {
    for (let name = 0; name < count; name += 1) order.add(client, { client, name });
  }
  return order;
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const arbitraryCounts = fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 30 }), {
  minKeys: 1,
});

describe('createFairOrder', () => {
  it('gives one client its entries in the order in which they came', () => {
    const order = fill({ a: 5 });
    const served = Array.from({ length: 5 }, () => serve(order)?.name);
    expect(served).toEqual([0, 1, 2, 3, 4]);
    expect([order.size(), order.clients(), order.first()]).toEqual([0, 0, undefined]);
  });

  it('gives whoever comes new the next turn, however much of others waits', () => {
    const order = fill({ greedy: 100 });
    for (let turn = 0; turn < 10; turn += 1) serve(order, 50);
    order.add('modest', { client: 'modest', name: 0 });
    expect(serve(order)?.client).toBe('modest');
  });

  it('does not let a client gain by leaving and coming back', () => {
    const order = fill({ a: 20 });
    let turnsOfB = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      if (order.waitingOf('b') === 0) order.add('b', { client: 'b', name: turn });
      if (serve(order, 10)?.client === 'b') turnsOfB += 1;
    }
    expect(turnsOfB).toBeLessThanOrEqual(11);
  });

  it('puts what was taken for nothing before all else of its client', () => {
    const order = fill({ a: 3 });
    const job = serve(order);
    if (job !== undefined) order.addFirst('a', job);
    expect(Array.from({ length: 3 }, () => serve(order)?.name)).toEqual([0, 1, 2]);
  });

  it('serves everything once, each client in its order, whatever comes in between', () => {
    const arbitrarySteps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('add' as const), client: fc.constantFrom(...NAMES) }),
        fc.record({ kind: fc.constant('serve' as const), servedMs: fc.integer({ min: 1, max: 100 }) }),
      ),
    );
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        const order = createFairOrder<Job>();
        const added: Job[] = [];
        const served: Job[] = [];
        for (const step of steps) {
          const job = step.kind === 'add' ? { client: step.client, name: added.length } : undefined;
          if (job !== undefined) order.add(job.client, job);
          if (job !== undefined) added.push(job);
          if (step.kind === 'serve') served.push(...[serve(order, step.servedMs) ?? []].flat());
          expect(order.size()).toBe(added.length - served.length);
        }
        while (order.size() > 0) served.push(...[serve(order) ?? []].flat());
        const byClient = (jobs: readonly Job[]) =>
          NAMES.map((name) => jobs.filter(({ client }) => client === name));
        expect(byClient(served)).toEqual(byClient(added));
      }),
    );
  });

  it('gives clients that always wait the same time, whatever each of their jobs takes', () => {
    const arbitraryCosts = fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 200 }), {
      minKeys: 2,
    });
    fc.assert(
      fc.property(arbitraryCosts, (costs) => {
        const order = fill(Object.fromEntries(Object.keys(costs).map((client) => [client, 1000])));
        const used = new Map(Object.keys(costs).map((client) => [client, 0]));
        for (let turn = 0; turn < 500; turn += 1) {
          const client = order.first()?.client ?? '';
          // As the queue does it: an estimate, put right afterwards.
          const servedMs = costs[client] ?? 0;
          serve(order, 20);
          order.correct(client, servedMs - 20);
          used.set(client, (used.get(client) ?? 0) + servedMs);
        }
        const dearest = Math.max(...Object.values(costs));
        const spread = Math.max(...used.values()) - Math.min(...used.values());
        expect(spread).toBeLessThanOrEqual(2 * dearest);
      }),
    );
  });

  it('lets no client wait for more than one turn of each other', () => {
    fc.assert(
      fc.property(arbitraryCounts, (counts) => {
        const order = fill(counts);
        const clients = Object.keys(counts);
        const firstTurns = Array.from({ length: clients.length }, () => serve(order)?.client);
        expect(new Set(firstTurns)).toEqual(new Set(clients));
      }),
    );
  });
});
