/** Whether more comes to a queue than can be served, by what it had to refuse. */
export interface QueuePressure {
  noteRefusal(): void;
  /** Nothing waits any more. */
  noteEmpty(): void;
  /** Refusals since the start. */
  refused(): number;
  /** About as many as in the last second. */
  refusedLately(): number;
  /** How long an entry may be expected to wait, in milliseconds. */
  maxWaitMs(): number;
}

/**
 * A long queue is there for what comes all at once. Where it has had to refuse for this long without ever being empty,
 * more comes than can be served, and a long queue only makes everybody wait: then it is kept this short.
 */
const SHORTEN_AFTER_MS = 1000;
const SHORT_WAIT_MS = 500;

/** Creates the judgement; `maxWaitMs` for as long as there is no pressure, `now` in monotonic milliseconds. */
export function createQueuePressure(options: { maxWaitMs: number; now(): number }): QueuePressure {
  const { now } = options;
  let refused = 0;
  let lately = 0;
  let latelyAtMs = now();
  let beganMs: number | undefined;

  /** Each refusal counts less and less, by e in a second: in the steady state it adds up to those of one second. */
  function refusedLately(): number {
    return lately * Math.exp((latelyAtMs - now()) / 1000);
  }

  return {
    noteRefusal() {
      refused += 1;
      lately = refusedLately() + 1;
      latelyAtMs = now();
      beganMs ??= now();
    },
    noteEmpty() {
      beganMs = undefined;
    },
    refused: () => refused,
    refusedLately,
    maxWaitMs() {
      const isStanding = beganMs !== undefined && now() - beganMs >= SHORTEN_AFTER_MS;
      return isStanding ? Math.min(options.maxWaitMs, SHORT_WAIT_MS) : options.maxWaitMs;
    },
  };
}
