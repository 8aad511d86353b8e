import { ServiceError } from '../errors.ts';

export interface RenderQueueOptions<Entry> {
  /** Most entries that wait at once. */
  readonly maxWaiting: number;
  /** How long one may wait, in milliseconds. */
  readonly maxWaitMs: number;
  /** How many are served at once. */
  readonly places: number;
  /** An entry has waited too long and is out of the queue. */
  onExpired(entry: Entry, error: ServiceError): void;
}

/** First come, first served; bounded by how many wait and how long. */
export interface RenderQueue<Entry> {
  waiting(): number;
  /** Throws `queue_full`, also where the wait would be too long at the speed of late: better told at once than after it. */
  add(entry: Entry): void;
  /** Puts an entry that was taken for nothing back in front, for what is left of its time. */
  putBack(entry: Entry, remainingMs: number): void;
  /** The first entry, taken out, if `isWelcome` says so: the others wait behind it, or a big one would never have its turn. */
  take(isWelcome: (entry: Entry) => boolean): Entry | undefined;
  /** Takes an entry out, if it still waits. */
  remove(entry: Entry): void;
  /** A place was taken by one entry for this long, in milliseconds. */
  noteServed(servedMs: number): void;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly timer: NodeJS.Timeout;
}

/** How much the newest job counts in the mean service time: about the last twenty matter. */
const NEWEST_SHARE = 0.1;
const MAX_RETRY_AFTER_SECONDS = 60;

export function createRenderQueue<Entry>(options: RenderQueueOptions<Entry>): RenderQueue<Entry> {
  const { maxWaiting, maxWaitMs, places, onExpired } = options;
  const queue: Waiting<Entry>[] = [];
  let meanServedMs: number | undefined;

  function expectedWaitMs(): number {
    return (queue.length * (meanServedMs ?? 0)) / places;
  }

  function full(message: string): ServiceError {
    const seconds = Math.ceil(expectedWaitMs() / 1000);
    const retryAfterSeconds = Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_SECONDS);
    return new ServiceError('queue_full', message, { retryAfterSeconds });
  }

  function enter(entry: Entry, waitMs: number): Waiting<Entry> {
    const expire = () => {
      remove(entry);
      onExpired(entry, full(`no render process was free within ${maxWaitMs} ms`));
    };
    return { entry, timer: setTimeout(expire, waitMs) };
  }

  function remove(entry: Entry): void {
    const index = queue.findIndex((waiting) => waiting.entry === entry);
    if (index === -1) return;
    for (const waiting of queue.splice(index, 1)) clearTimeout(waiting.timer);
  }

  return {
    waiting: () => queue.length,
    add(entry) {
      if (queue.length >= maxWaiting)
        throw full(`${queue.length} renders wait already (at most ${maxWaiting})`);
      const waitMs = expectedWaitMs();
      if (waitMs > maxWaitMs) {
        throw full(`a render would wait about ${Math.round(waitMs)} ms (at most ${maxWaitMs} ms)`);
      }
      queue.push(enter(entry, maxWaitMs));
    },
    putBack(entry, remainingMs) {
      queue.unshift(enter(entry, Math.max(0, remainingMs)));
    },
    take(isWelcome) {
      const first = queue[0];
      if (first === undefined || !isWelcome(first.entry)) return undefined;
      remove(first.entry);
      return first.entry;
    },
    remove,
    noteServed(servedMs) {
      const before = meanServedMs ?? servedMs;
      meanServedMs = before + (servedMs - before) * NEWEST_SHARE;
    },
  };
}
