import { ServiceError } from '../errors.ts';
import type { FairOrder } from './fair-order.ts';
import { createQueuePressure } from './queue-pressure.ts';

export interface AdmissionBounds {
  /** Most entries that wait at once, beside those that could be served at once. */
  readonly maxWaiting: number;
  /** How long one may wait, in milliseconds. */
  readonly maxWaitMs: number;
  /** How many are served at once. */
  readonly places: number;
  /** How many more could be served now. */
  idlePlaces(): number;
  /** Monotonic milliseconds. */
  now(): number;
}

/** Decides who may wait, and what the others are told. */
export interface RenderAdmission {
  /** Whether there would be no `refusal`; it counts nothing. */
  hasRoom(client: string): boolean;
  /**
   * Counts and returns the refusal of one more of that client; undefined where there is room. `too_many_requests` where
   * more waits of it than of others that wait too, else `queue_full`. Also where it would wait too long at the speed of
   * late: better told at once than after it. A client of which less waits than its share of the queue is never refused
   * for want of room.
   */
  refusal(client: string): ServiceError | undefined;
  /** Whose newest entry has to make room before one more of that client may enter; undefined where there is room. */
  whoMakesRoom(client: string): string | undefined;
  /** Counts a refusal; the error says when it makes sense to try again. */
  refuse(code: 'queue_full' | 'too_many_requests', message: string): ServiceError;
  refused(): number;
  noteEmpty(): void;
  noteServed(servedMs: number): void;
  /** How long an entry is served, in milliseconds, by those of late. */
  expectedMs(): number;
}

/** How much the newest job counts in the mean service time: about the last twenty matter. */
const NEWEST_SHARE = 0.1;
const MAX_RETRY_AFTER_SECONDS = 60;

/** Creates the admission to what waits in `order`. */
export function createRenderAdmission(order: FairOrder<unknown>, bounds: AdmissionBounds): RenderAdmission {
  const { maxWaiting, places, idlePlaces } = bounds;
  const pressure = createQueuePressure(bounds);
  let meanServedMs: number | undefined;

  function timeFor(jobs: number): number {
    return (jobs * (meanServedMs ?? 0)) / places;
  }

  /** Until all that waits is served, and all that was just told to come again. */
  function refuse(code: 'queue_full' | 'too_many_requests', message: string): ServiceError {
    pressure.noteRefusal();
    const seconds = Math.ceil(timeFor(order.size() + pressure.refusedLately()) / 1000);
    const retryAfterSeconds = Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_SECONDS);
    return withoutStack(() => new ServiceError(code, message, { retryAfterSeconds }));
  }

  /** Why there is no room for one more of that client. */
  function obstacle(client: string): string | undefined {
    if (isFull() && whoHasMost(client) === undefined) {
      return `${order.size()} renders wait already (at most ${maxWaiting})`;
    }
    const ahead = aheadOf(order, client);
    const waitMs = timeFor(ahead);
    const maxWaitMs = pressure.maxWaitMs();
    if (waitMs <= maxWaitMs || ahead < places) return undefined;
    return `a render would wait about ${Math.round(waitMs)} ms (at most ${maxWaitMs} ms)`;
  }

  function isFull(): boolean {
    return order.size() >= maxWaiting + idlePlaces();
  }

  /** Who has most, where the queue is more even with one less of it and one more of `client`. */
  function whoHasMost(client: string): string | undefined {
    let most = order.waitingOf(client) + 1;
    let whose: string | undefined;
    for (const other of order.all()) {
      if (other.waiting.length <= most) continue;
      most = other.waiting.length;
      whose = other.client;
    }
    return whose;
  }

  return {
    hasRoom: (client) => obstacle(client) === undefined,
    refusal(client) {
      const message = obstacle(client);
      if (message === undefined) return undefined;
      const isOverShare = order.waitingOf(client) * order.clients() > order.size();
      return refuse(isOverShare ? 'too_many_requests' : 'queue_full', message);
    },
    whoMakesRoom: (client) => (isFull() ? whoHasMost(client) : undefined),
    refuse,
    refused: pressure.refused,
    noteEmpty: pressure.noteEmpty,
    noteServed(servedMs) {
      const before = meanServedMs ?? servedMs;
      meanServedMs = before + (servedMs - before) * NEWEST_SHARE;
    },
    expectedMs: () => meanServedMs ?? 0,
  };
}

/** Under overload these errors are made by the thousand, and a stack is the dearest part of a refusal. */
function withoutStack<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const made = make();
  Error.stackTraceLimit = stackTraceLimit;
  return made;
}

/** How many are served before one more of this client. */
function aheadOf(order: FairOrder<unknown>, client: string): number {
  const own = order.waitingOf(client);
  if (own === 0) return order.clients();
  let ahead = own;
  for (const other of order.all()) {
    if (other.client !== client) ahead += Math.min(other.waiting.length, own + 1);
  }
  return ahead;
}
