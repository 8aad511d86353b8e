import { ServiceError } from '../errors.ts';

/** Bounds how many fetches run at once. */
export interface FetchSlots {
  /**
   * Waits for a slot, in turn with the others of that host; the result gives it back. Rejects with `queue_full` after
   * `maxWaitMs`, or with the signal's reason.
   */
  acquire(host: string, signal: AbortSignal): Promise<() => void>;
}

interface Waiter {
  readonly host: string;
  readonly admit: () => void;
}

/** Creates slots for `max` fetches in all and `maxPerHost` from one host. */
export function createFetchSlots(bounds: { max: number; maxPerHost: number; maxWaitMs: number }): FetchSlots {
  const { max, maxPerHost, maxWaitMs } = bounds;
  const runningByHost = new Map<string, number>();
  const waiters = new Set<Waiter>();
  let running = 0;

  function hasRoom(host: string): boolean {
    return running < max && (runningByHost.get(host) ?? 0) < maxPerHost;
  }

  function change(host: string, by: 1 | -1): void {
    running += by;
    const runningHere = (runningByHost.get(host) ?? 0) + by;
    if (runningHere === 0) runningByHost.delete(host);
    else runningByHost.set(host, runningHere);
  }

  function take(host: string): () => void {
    change(host, 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      change(host, -1);
      admitNext();
    };
  }

  /** The first that has room: one slow host's waiters do not hold up those of others. */
  function admitNext(): void {
    for (const waiter of waiters) if (hasRoom(waiter.host)) waiter.admit();
  }

  function wait(host: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      const giveUp = () => {
        leave();
        reject(signal.aborted ? signal.reason : tooManyFetches(bounds));
      };
      const waiter = {
        host,
        admit: () => {
          leave();
          resolve(take(host));
        },
      };
      const timer = setTimeout(giveUp, maxWaitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      waiters.add(waiter);
    });
  }

  return {
    async acquire(host, signal) {
      signal.throwIfAborted();
      return hasRoom(host) ? take(host) : wait(host, signal);
    },
  };
}

function tooManyFetches(bounds: { max: number; maxPerHost: number; maxWaitMs: number }): ServiceError {
  const { max, maxPerHost, maxWaitMs } = bounds;
  return new ServiceError(
    'queue_full',
    `${max} remote pictures are being fetched, or ${maxPerHost} of this host; no place came free in ${maxWaitMs} ms`,
    { retryAfterSeconds: Math.ceil(maxWaitMs / 1000) },
  );
}
