import type { IncomingHttpHeaders } from 'node:http';
import type { StageTimer } from '../variants/stage-timer.ts';

/** All that there is to tell of a request, when its answer has been written or its client has gone. */
export interface FinishedRequest {
  readonly reqId: string;
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Who asked, as `clientIdOf` has it. */
  readonly client: string | undefined;
  /** The route's own path; `none` where there is no such route. */
  readonly route: string;
  /** The first operation of the recipe; `none` without one. */
  readonly operation: string;
  readonly status: number;
  /** The error's code; undefined where the answer is none. */
  readonly code: string | undefined;
  /** On the clock of `performance.now()`. */
  readonly endedMs: number;
  readonly durationMs: number;
  /** Bytes of the body; 0 where it was not sent to its end. */
  readonly bytes: number;
  /** As the header `X-Cache` says it. */
  readonly cache: string | undefined;
  /** As the header `Server-Timing` says it. */
  readonly stages: string | undefined;
  /** The format of the variant; undefined of other answers. */
  readonly format: string | undefined;
  /** One object for all requests that have everything in common but who asked and how long it took; undefined of others. */
  readonly kind?: object;
  /** The stages under way or ended; undefined where nothing was measured. */
  readonly timer: StageTimer | undefined;
}
