import { ServiceError } from '../errors.ts';

/** The deadlines of one fetch: one for all of it, and one for the phase that it is in. */
export interface FetchClock {
  /** Aborts with the error to report: that of the deadline that passed, or the caller's own reason. */
  readonly signal: AbortSignal;
  /** Begins a phase, which ends the one before it: unless another begins within `ms`, the fetch fails with `error`. */
  beginPhase(ms: number, error: ServiceError): void;
  /** No deadline but the total one from here on. */
  endPhase(): void;
  /** To be called when the fetch is over, however it ended. */
  stop(): void;
}

/** Starts the clock of a fetch that may take `totalMs` in all. */
export function startFetchClock(totalMs: number, outer: AbortSignal): FetchClock {
  const controller = new AbortController();
  const onOuterAbort = () => controller.abort(outer.reason);
  const total = setTimeout(() => controller.abort(originTimeout('all of it', totalMs)), totalMs);
  let phase: NodeJS.Timeout | undefined;
  if (outer.aborted) onOuterAbort();
  outer.addEventListener('abort', onOuterAbort, { once: true });

  return {
    signal: controller.signal,
    beginPhase(ms, error) {
      clearTimeout(phase);
      phase = setTimeout(() => controller.abort(error), ms);
    },
    endPhase: () => clearTimeout(phase),
    stop() {
      clearTimeout(phase);
      clearTimeout(total);
      outer.removeEventListener('abort', onOuterAbort);
    },
  };
}

/** The error for an origin that is too slow; `what` says with what. */
export function originTimeout(what: string, ms: number): ServiceError {
  return new ServiceError('origin_timeout', `the origin is too slow: ${what} took longer than ${ms} ms`);
}
