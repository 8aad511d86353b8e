import { ServiceError } from '../errors.ts';
import { askerOf, setAsker } from './asker.ts';

/** Makes one run of however many ask for the same thing at the same time. */
export interface Coalescer<Value> {
  /**
   * The value of the run that is under way for `key`, or of a new one. Every caller may leave (`signal`): its promise
   * rejects with `client_gone`, the run goes on for the others. `work` gets a signal of its own, aborted when the last
   * caller has left; who asks after that gets a new run. It is done for the first of them. Results and errors are shared, and forgotten once delivered.
   */
  run(key: string, signal: AbortSignal, work: Work<Value>): Promise<Value>;
  /** Whether a run is under way for `key`. */
  has(key: string): boolean;
  /** Runs under way. */
  size(): number;
}

type Work<Value> = (signal: AbortSignal) => Promise<Value>;

interface Run<Value> {
  readonly value: Promise<Value>;
  readonly abort: AbortController;
  waiters: number;
}

export function createCoalescer<Value>(): Coalescer<Value> {
  const runs = new Map<string, Run<Value>>();

  function forget(key: string, run: Run<Value>): void {
    // A run whose last waiter left may still be ending while a newer one has its key.
    if (runs.get(key) === run) runs.delete(key);
  }

  function start(key: string, asker: string | undefined, work: Work<Value>): Run<Value> {
    const abort = new AbortController();
    setAsker(abort.signal, asker);
    // In an async function, so that what `work` throws at once is a rejection too.
    const value = (async () => work(abort.signal))();
    const run = { value, abort, waiters: 0 };
    runs.set(key, run);
    const ended = () => forget(key, run);
    value.then(ended, ended);
    return run;
  }

  function leave(key: string, run: Run<Value>): void {
    run.waiters -= 1;
    if (run.waiters > 0) return;
    forget(key, run);
    run.abort.abort();
  }

  return {
    run(key, signal, work) {
      if (signal.aborted) return Promise.reject(clientGone());
      const run = runs.get(key) ?? start(key, askerOf(signal), work);
      run.waiters += 1;
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          reject(clientGone());
          leave(key, run);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const stay = () => signal.removeEventListener('abort', onAbort);
        run.value.finally(stay).then(resolve, reject);
      });
    },
    has: (key) => runs.has(key),
    size: () => runs.size,
  };
}

function clientGone(): ServiceError {
  return new ServiceError('client_gone', 'the client left before the answer was ready');
}
