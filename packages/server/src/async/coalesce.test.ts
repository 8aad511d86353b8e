import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCoalescer } from './coalesce.ts';

const staying = () => new AbortController().signal;

/** Work that ends when the test says so. */
function openWork() {
  const { promise, resolve, reject } = deferred<string>();
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return promise;
  };
  return { work, signals, resolve, reject };
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

describe('createCoalescer', () => {
  it('makes one run of 200 concurrent callers and gives all of them its value', async () => {
    const { run, size } = createCoalescer<string>();
    const { work, signals, resolve } = openWork();
    const waiting = Array.from({ length: 200 }, () => run('a', staying(), work));
    expect(size()).toBe(1);
    resolve('variant');
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['variant']));
    expect(signals).toHaveLength(1);
    expect(size()).toBe(0);
  });

  it('keeps keys apart', async () => {
    const { run } = createCoalescer<string>();
    const values = ['a', 'b'].map((key) => run(key, staying(), async () => key));
    expect(await Promise.all(values)).toEqual(['a', 'b']);
  });

  it('runs again once a run has ended', async () => {
    const { run } = createCoalescer<number>();
    let runs = 0;
    const work = async () => {
      runs += 1;
      return runs;
    };
    expect(await run('a', staying(), work)).toBe(1);
    expect(await run('a', staying(), work)).toBe(2);
  });

  it('shares an error, thrown at once or later, and forgets it', async () => {
    const { run, size } = createCoalescer<string>();
    const fails = () => {
      throw new Error('torn');
    };
    const waiting = [run('a', staying(), fails), run('a', staying(), async () => 'never asked')];
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'torn' } });
    }
    expect(size()).toBe(0);
  });

  it('lets a caller leave while the run goes on for the others', async () => {
    const { run } = createCoalescer<string>();
    const { work, signals, resolve } = openWork();
    const leaving = new AbortController();
    const left = run('a', leaving.signal, work);
    const stayed = run('a', staying(), work);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'client_gone' });
    expect(signals[0]?.aborted).toBe(false);
    resolve('variant');
    expect(await stayed).toBe('variant');
  });

  it('aborts the run when the last caller leaves', async () => {
    const { run, size } = createCoalescer<string>();
    const { work, signals } = openWork();
    const leaving = [new AbortController(), new AbortController()];
    const left = Promise.allSettled(leaving.map(({ signal }) => run('a', signal, work)));
    for (const controller of leaving) controller.abort();
    await left;
    expect(signals[0]?.aborted).toBe(true);
    expect(size()).toBe(0);
  });

  it('starts a new run for who asks after the last has left, though the old one is still ending', async () => {
    const { run, size } = createCoalescer<string>();
    const old = openWork();
    const leaving = new AbortController();
    const left = run('a', leaving.signal, old.work);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'client_gone' });
    const fresh = openWork();
    const joined = run('a', staying(), fresh.work);
    old.reject(new Error('aborted'));
    fresh.resolve('fresh');
    expect(await joined).toBe('fresh');
    expect(fresh.signals[0]?.aborted).toBe(false);
    expect(size()).toBe(0);
  });

  it('turns away a caller that has left already, without a run', async () => {
    const { run, size } = createCoalescer<string>();
    const { work, signals } = openWork();
    await expect(run('a', AbortSignal.abort(), work)).rejects.toMatchObject({ code: 'client_gone' });
    expect(signals).toHaveLength(0);
    expect(size()).toBe(0);
  });

  it('law: whoever leaves in whatever order, the run is aborted exactly when nobody is left', async () => {
    const leaveOrder = fc
      .integer({ min: 1, max: 12 })
      .chain((callers) =>
        fc.shuffledSubarray([...Array(callers).keys()]).map((order) => ({ callers, order })),
      );
    await fc.assert(
      fc.asyncProperty(leaveOrder, async ({ callers, order }) => {
        const { run, size } = createCoalescer<string>();
        const { work, signals, resolve } = openWork();
        const controllers = Array.from({ length: callers }, () => new AbortController());
        const waiting = Promise.allSettled(controllers.map(({ signal }) => run('a', signal, work)));
        for (const index of order) controllers[index]?.abort();
        expect(signals[0]?.aborted).toBe(order.length === callers);
        resolve('variant');
        const delivered = (await waiting).filter(({ status }) => status === 'fulfilled');
        expect(delivered).toHaveLength(callers - order.length);
        expect(size()).toBe(0);
      }),
    );
  });
});
