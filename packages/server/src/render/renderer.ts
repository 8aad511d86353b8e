import type { ServiceError } from '../errors.ts';
import type { RESULT_KINDS, RenderJob, RenderResult } from './protocol.ts';

export interface RenderOptions {
  /** Names the original, and the pictures that are laid on it: crashes are counted under this name. */
  readonly pictureId: string;
  /** What decoding is reckoned to take, in bytes; 0 where unknown. */
  readonly estimatedBytes: number;
  /** Milliseconds that the job may run, where that is less than the pool allows. */
  readonly deadlineMs?: number | undefined;
  /** Aborted when nobody waits any more. Those for whom it is (`askerOf`) share the processes evenly. */
  readonly signal: AbortSignal;
  /** The job has left the queue; more than once where its process ended before it had begun. */
  readonly onStarted?: (() => void) | undefined;
}

/**
 * Turns an original and a recipe into a variant, in another process. Rejects with a `ServiceError`: `queue_full`,
 * `too_many_requests`, `render_deadline`, `render_crashed`, `picture_refused`, `shutting_down`, `client_gone` (aborted), or what the
 * picture deserves (`not_a_picture`, `unsupported_format`, `broken_picture`, `too_many_pixels`, `result_too_large`).
 */
export interface Renderer {
  run<Job extends RenderJob>(job: Job, options: RenderOptions): Promise<RenderResultOf<Job>>;
  /** Whether there would be no `refusal` now; it counts nothing. */
  hasRoom(asker: string | undefined): boolean;
  /** Counts and returns what `run` would reject with now for want of room for a job of that asker; undefined where there is room. */
  refusal(asker: string | undefined): ServiceError | undefined;
  /** Throws the `refusal`, where there is one: before work is done for the asker. */
  assertRoom(asker: string | undefined): void;
  /** Waiting and running jobs, live processes. */
  status(): { readonly waiting: number; readonly running: number; readonly processes: number };
  /** Stops taking jobs, waits for those accepted, ends the processes. */
  close(): Promise<void>;
}

export type RenderResultOf<Job extends RenderJob> = Extract<
  RenderResult,
  { kind: (typeof RESULT_KINDS)[Job['kind']] }
>;
