import { askerOf } from '../async/asker.ts';
import { ServiceError } from '../errors.ts';
import { type CrashRecord, createCrashRecord } from './crash-record.ts';
import { launchRenderProcess } from './launch-render-process.ts';
import { RESULT_KINDS, type RenderJob, type RenderResult } from './protocol.ts';
import type { RenderEvent } from './render-event.ts';
import { createRenderPlace, type RenderPlace } from './render-place.ts';
import { type EndReason, startRenderProcess } from './render-process.ts';
import { createRenderQueue, type RenderQueue } from './render-queue.ts';
import { clientGone, isDeathBySignal, resultOfReply, type SentReply } from './render-reply.ts';
import type { Renderer, RenderOptions, RenderResultOf } from './renderer.ts';
import type { LentJob, Spool } from './spool.ts';
import type { UnprivilegedUser } from './unprivileged-user.ts';

export interface RenderPoolOptions {
  /** The program of a render process: JavaScript, as a file. */
  readonly entry: URL | string;
  /** How many, from 1 on; started ahead. */
  readonly processes: number;
  /** How long a job may run, in milliseconds. */
  readonly deadlineMs: number;
  /** Most jobs that wait at once. */
  readonly queueMax: number;
  /** How long a job may wait, in milliseconds. */
  readonly queueWaitMs: number;
  /** Most bytes that the jobs running at once may be reckoned to take together; a bigger job runs alone. */
  readonly queueMaxBytes: number;
  /** A process is replaced after so many jobs. */
  readonly recycleAfterJobs?: number;
  /** A process is replaced when it holds more than this after a job, in bytes. */
  readonly recycleAboveBytes?: number;
  /** Most writable memory of one process, in bytes (RLIMIT_DATA). */
  readonly maxDataBytes?: number;
  /** How long a process may take to become ready, in milliseconds. */
  readonly startDeadlineMs?: number;
  /** Whom processes become once their code is loaded, and how originals then reach them. The caller closes the spool. */
  readonly sandbox?: { readonly user: UnprivilegedUser; readonly spool: Spool } | undefined;
  /** The configuration of fontconfig that names the fonts of texts. */
  readonly fontConfigFile?: string | undefined;
  /** Monotonic milliseconds. */
  now?(): number;
  onEvent?(event: RenderEvent): void;
}

export interface RenderPoolStatus {
  readonly waiting: number;
  /** Jobs that were refused since the start, for want of room or time, those that made room for others among them. */
  readonly refused: number;
  readonly running: number;
  readonly processes: number;
  /** True while at least one place has a process, or is about to have one again. */
  readonly ready: boolean;
  readonly totals: Readonly<RenderTotals>;
}

/** Since the start. */
export interface RenderTotals {
  jobs: number;
  waitedMs: number;
  ranMs: number;
  /** Ends of processes, by reason. */
  readonly ends: Record<EndReason, number>;
}

export interface RenderPool extends Renderer {
  status(): RenderPoolStatus;
}

const DEFAULTS = {
  // For whatever the bound on memory does not see. A new process costs 150 ms of processor time, and as much until its
  // code is compiled: a thousand small jobs that share it take 3 % longer, ten thousand 0.3 %.
  recycleAfterJobs: 10_000,
  recycleAboveBytes: 256 * 1024 ** 2,
  // The dearest admitted picture takes about 512 MiB by estimate; as much again for what the estimate misses.
  maxDataBytes: 1024 ** 3,
  // Long enough for a machine that is overloaded and cold.
  startDeadlineMs: 30_000,
  sandbox: undefined,
  fontConfigFile: undefined,
  now: () => performance.now(),
  onEvent: () => {},
};

const NO_ENDS = {
  crashed: 0,
  deadline: 0,
  abandoned: 0,
  recycled: 0,
  start_deadline: 0,
  protocol: 0,
  closed: 0,
} as const satisfies Record<EndReason, number>;

/** One job on its way. */
interface Ticket {
  readonly job: RenderJob;
  readonly options: RenderOptions;
  readonly enteredMs: number;
  deliver(result: RenderResult): void;
  reject(error: unknown): void;
}

interface PoolState {
  readonly options: Required<RenderPoolOptions>;
  readonly queue: RenderQueue<Ticket>;
  readonly crashes: CrashRecord;
  readonly running: Ticket[];
  places: readonly RenderPlace[];
  readonly totals: RenderTotals;
  closing: boolean;
  /** Resolves `close` when the last accepted job has ended. */
  onEmpty(): void;
}

/** Starts the render processes and hands them jobs. */
export function createRenderPool(given: RenderPoolOptions): RenderPool {
  const options = { ...DEFAULTS, ...given };
  const pool: PoolState = {
    options,
    queue: createRenderQueue({
      maxWaiting: options.queueMax,
      maxWaitMs: options.queueWaitMs,
      places: options.processes,
      idlePlaces: () => pool.places.filter((place) => place.isIdle()).length,
      now: options.now,
      clientOf: (ticket) => askerOf(ticket.options.signal) ?? '',
      onDropped: (ticket, error) => {
        ticket.reject(error);
        pump(pool);
      },
    }),
    crashes: createCrashRecord(options),
    running: [],
    places: [],
    totals: { jobs: 0, waitedMs: 0, ranMs: 0, ends: { ...NO_ENDS } },
    closing: false,
    onEmpty: () => {},
  };
  pool.places = Array.from({ length: options.processes }, () => openPlace(pool));

  const refusal = (asker: string | undefined) =>
    pool.closing ? shuttingDown() : pool.queue.refusal(asker ?? '');

  return {
    run: (job, runOptions) => run(pool, job, runOptions),
    hasRoom: (asker) => pool.queue.hasRoom(asker ?? ''),
    refusal,
    assertRoom(asker) {
      const error = refusal(asker);
      if (error !== undefined) throw error;
    },
    status: () => ({
      waiting: pool.queue.waiting(),
      refused: pool.queue.refused(),
      running: pool.running.length,
      processes: pool.places.reduce((sum, place) => sum + place.processes(), 0),
      ready: pool.places.some((place) => place.isSound()),
      totals: { ...pool.totals, ends: { ...pool.totals.ends } },
    }),
    close: () => close(pool),
  };
}

function openPlace(pool: PoolState): RenderPlace {
  const { entry, maxDataBytes, startDeadlineMs, sandbox, fontConfigFile, onEvent } = pool.options;
  return createRenderPlace({
    ...pool.options,
    startProcess: (onChange) =>
      startRenderProcess({
        launch: (resultFile) =>
          launchRenderProcess({ entry, maxDataBytes, user: sandbox?.user, fontConfigFile, resultFile }),
        startDeadlineMs,
        onChange,
      }),
    onReady: (process) => {
      onEvent({ kind: 'process_ready', pid: process.pid });
      pump(pool);
    },
    onEnded: (end) => {
      pool.totals.ends[end.reason] += 1;
      onEvent({ kind: 'process_ended', ...end });
    },
  });
}

async function run<Job extends RenderJob>(
  pool: PoolState,
  job: Job,
  options: RenderOptions,
): Promise<RenderResultOf<Job>> {
  const { pictureId, signal } = options;
  if (pool.closing) throw shuttingDown();
  if (signal.aborted) throw clientGone();
  pool.crashes.check(pictureId);
  let onAbort = () => {};
  try {
    return await new Promise((resolve, reject) => {
      const deliver = (result: RenderResult) => {
        if (isResultOf(job, result)) resolve(result);
        else reject(new ServiceError('internal', `a ${job.kind} job ended in ${result.kind}`));
      };
      const ticket = { job, options, enteredMs: pool.options.now(), deliver, reject };
      onAbort = () => {
        pool.queue.remove(ticket);
        reject(clientGone());
        pump(pool);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      pool.queue.add(ticket);
      pump(pool);
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function shuttingDown(): ServiceError {
  return new ServiceError('shutting_down', 'the server is shutting down');
}

function isResultOf<Job extends RenderJob>(job: Job, result: RenderResult): result is RenderResultOf<Job> {
  return result.kind === RESULT_KINDS[job.kind];
}

/** Gives idle places what waits, in order. Called whenever a place, memory or a job has come or gone. */
function pump(pool: PoolState): void {
  for (const place of pool.places) {
    if (!place.isIdle()) continue;
    const ticket = pool.queue.take((first) => hasMemoryFor(pool, first));
    if (ticket !== undefined) void serve(pool, place, ticket);
  }
  if (pool.closing && pool.queue.waiting() === 0 && pool.running.length === 0) pool.onEmpty();
}

function hasMemoryFor(pool: PoolState, ticket: Ticket): boolean {
  if (pool.running.length === 0) return true;
  const runningBytes = pool.running.reduce((sum, { options }) => sum + options.estimatedBytes, 0);
  return runningBytes + ticket.options.estimatedBytes <= pool.options.queueMaxBytes;
}

async function serve(pool: PoolState, place: RenderPlace, ticket: Ticket): Promise<void> {
  const startedMs = pool.options.now();
  const { sandbox } = pool.options;
  const deadlineMs = Math.min(pool.options.deadlineMs, ticket.options.deadlineMs ?? Number.POSITIVE_INFINITY);
  let lent: LentJob | undefined;
  pool.running.push(ticket);
  ticket.options.onStarted?.();
  try {
    // Again, for those that waited while the same picture ended processes.
    pool.crashes.check(ticket.options.pictureId);
    const prepare = async () => {
      lent = await sandbox?.spool.lend(ticket.job);
      return lent?.job ?? ticket.job;
    };
    const reply = await place.work(prepare, { deadlineMs, signal: ticket.options.signal });
    if (reply.kind === 'unsent') return putBack(pool, ticket);
    noteReply(pool, ticket, reply, startedMs);
    const result = resultOfReply(reply, deadlineMs);
    // The next job goes out first: its process would wait until this one's answer is written.
    setImmediate(() => ticket.deliver(result));
  } catch (error) {
    ticket.reject(error);
  } finally {
    pool.running.splice(pool.running.indexOf(ticket), 1);
    pool.queue.release(ticket);
    pump(pool);
    await lent?.release();
  }
}

function putBack(pool: PoolState, ticket: Ticket): void {
  const { queueWaitMs, now } = pool.options;
  if (!ticket.options.signal.aborted) pool.queue.putBack(ticket, ticket.enteredMs + queueWaitMs - now());
}

function noteReply(pool: PoolState, ticket: Ticket, reply: SentReply, startedMs: number): void {
  const ranMs = pool.options.now() - startedMs;
  const waitedMs = startedMs - ticket.enteredMs;
  const { pictureId } = ticket.options;
  pool.totals.jobs += 1;
  pool.totals.waitedMs += waitedMs;
  pool.totals.ranMs += ranMs;
  pool.queue.noteServed(ticket, ranMs);
  if (isDeathBySignal(reply)) pool.crashes.noteDeath(pictureId);
  const outcome = reply.kind === 'answered' ? 'answered' : reply.end.reason;
  pool.options.onEvent({ kind: 'job_ended', job: ticket.job.kind, pictureId, outcome, waitedMs, ranMs });
}

async function close(pool: PoolState): Promise<void> {
  pool.closing = true;
  await new Promise<void>((resolve) => {
    pool.onEmpty = resolve;
    pump(pool);
  });
  await Promise.all(pool.places.map((place) => place.close()));
}
