import type { RenderJob } from './protocol.ts';
import type { ProcessEnd, RenderProcess, RenderReply } from './render-process.ts';

export interface RenderPlaceOptions {
  startProcess(onChange: () => void): RenderProcess;
  /** A process is replaced after this many jobs, */
  readonly recycleAfterJobs: number;
  /** or when its resident memory after a job is above this. */
  readonly recycleAboveBytes: number;
  /** Monotonic milliseconds. */
  now(): number;
  /** A process has become ready for this place; never called before `createRenderPlace` has returned. */
  onReady(process: RenderProcess): void;
  /** A process is gone, with its last words; `pid` is undefined where it could not even be started. */
  onEnded(end: ProcessEnd & { readonly pid: number | undefined; readonly stderr: string }): void;
}

/** What ends a job before it is done. */
export interface WorkBounds {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Room for one job at a time, with a process in it that is replaced whenever it ends or is worn out. */
export interface RenderPlace {
  /** May take a job now. */
  isIdle(): boolean;
  /** Has a process, or is about to have one again; false while processes die at their start. */
  isSound(): boolean;
  /** Processes alive: none to two, while one replaces the other. */
  processes(): number;
  /**
   * Does a job; only while idle. `prepare` makes the job once the place is taken; what it throws is thrown. When the
   * deadline passes, the reply is there at once. After an abort it may take up to 150 ms longer.
   */
  work(prepare: () => Promise<RenderJob>, bounds: WorkBounds): Promise<RenderReply>;
  /** Kills what is there; resolves when it is gone. */
  close(): Promise<void>;
}

interface PlaceState {
  readonly options: RenderPlaceOptions;
  readonly alive: Set<RenderProcess>;
  /** Takes the jobs. */
  current: RenderProcess | undefined;
  /** Is being started, or waits until `current` has done its job; then it moves in. */
  next: RenderProcess | undefined;
  busy: boolean;
  closed: boolean;
  standInWanted: boolean;
  everReady: boolean;
  /** In a row. */
  failedStarts: number;
  retryTimer: NodeJS.Timeout | undefined;
}

export function createRenderPlace(options: RenderPlaceOptions): RenderPlace {
  const place: PlaceState = {
    options,
    alive: new Set(),
    current: undefined,
    next: undefined,
    busy: false,
    closed: false,
    standInWanted: false,
    everReady: false,
    failedStarts: 0,
    retryTimer: undefined,
  };
  reconcile(place);

  return {
    isIdle: () => !place.busy && place.current !== undefined,
    isSound: () => place.current !== undefined || (place.everReady && place.failedStarts < 2),
    processes: () => place.alive.size,
    async work(prepare, bounds) {
      const process = place.current;
      if (place.busy || process === undefined) throw new Error('a render place takes one job at a time');
      place.busy = true;
      try {
        return await workInTime({ place, process, job: await prepare(), ...bounds });
      } finally {
        place.busy = false;
        reconcile(place);
      }
    },
    async close() {
      place.closed = true;
      clearTimeout(place.retryTimer);
      const ending = [...place.alive];
      for (const process of ending) process.kill('closed');
      await Promise.all(ending.map((process) => process.exited));
    },
  };
}

/** Brings the place nearer to where it should be, from whatever state it is in. Called after every change. */
function reconcile(place: PlaceState): void {
  if (place.current?.state() === 'ended') place.current = undefined;
  if (place.next?.state() === 'ended') place.next = undefined;
  if (!place.busy && place.next?.state() === 'ready') moveIn(place, place.next);
  const isWanted = place.current === undefined || place.standInWanted || isWorn(place.current, place.options);
  const isUnderWay = place.next !== undefined || place.retryTimer !== undefined;
  if (isWanted && !isUnderWay && !place.closed) startNext(place);
}

function moveIn(place: PlaceState, process: RenderProcess): void {
  const worn = place.current;
  place.current = process;
  place.next = undefined;
  place.standInWanted = false;
  place.everReady = true;
  worn?.kill('recycled');
  place.options.onReady(process);
}

function isWorn(process: RenderProcess, options: RenderPlaceOptions): boolean {
  return process.requested() >= options.recycleAfterJobs || process.rssBytes() > options.recycleAboveBytes;
}

function startNext(place: PlaceState): void {
  const { startProcess, now, onEnded } = place.options;
  const startedMs = now();
  try {
    const process = startProcess(() => {
      if (process.state() === 'ended') noteEnd(place, process, startedMs);
      reconcile(place);
    });
    place.next = process;
    place.alive.add(process);
    void process.exited.then((end) => {
      place.alive.delete(process);
      onEnded({ ...end, pid: process.pid, stderr: process.stderr() });
    });
  } catch (cause) {
    // No descriptors or no memory left: as passing as a process that dies at its start.
    retryLater(place);
    onEnded({ reason: 'crashed', exitCode: null, signal: null, pid: undefined, stderr: String(cause) });
  }
}

/** A process that lived longer than this did start, whatever it died of. */
const SOUND_AFTER_MS = 1000;

function noteEnd(place: PlaceState, process: RenderProcess, startedMs: number): void {
  // Whatever happens to a process that has been replaced says nothing of starting.
  if (process !== place.current && process !== place.next) return;
  const hasStarted = process.requested() > 0 || place.options.now() - startedMs > SOUND_AFTER_MS;
  if (hasStarted) place.failedStarts = 0;
  else retryLater(place);
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

function retryLater(place: PlaceState): void {
  place.failedStarts += 1;
  // The first one is replaced at once: it may have been killed from outside.
  const isFirst = place.failedStarts === 1 && place.everReady;
  const waitMs = isFirst ? 0 : Math.min(FIRST_RETRY_MS * 2 ** (place.failedStarts - 1), MAX_RETRY_MS);
  clearTimeout(place.retryTimer);
  place.retryTimer = setTimeout(() => {
    place.retryTimer = undefined;
    reconcile(place);
  }, waitMs);
}

/** So long before the deadline a stand-in is started (at most half the deadline): the place is back at once. */
const STAND_IN_LEAD_MS = 1000;

/**
 * How long a job whose client has left may still run. Killing costs a new process, about 60 ms of processor time on an
 * idle machine and several times that on a busy one: to wait for as long as the replacement takes and only then kill
 * costs at most twice as much as knowing beforehand when the job ends.
 */
const ABANDONED_GRACE_MS = 150;

interface Work extends WorkBounds {
  readonly place: PlaceState;
  readonly process: RenderProcess;
  readonly job: RenderJob;
}

async function workInTime({ place, process, job, deadlineMs, signal }: Work): Promise<RenderReply> {
  const startStandIn = () => {
    place.standInWanted = true;
    reconcile(place);
  };
  const standInAfterMs = Math.max(deadlineMs - STAND_IN_LEAD_MS, deadlineMs / 2);
  const prepareForDeadline = () => {
    timers.push(setTimeout(() => process.kill('deadline'), deadlineMs - standInAfterMs));
    startStandIn();
  };
  const timers = [setTimeout(prepareForDeadline, standInAfterMs)];
  const onAbort = () => timers.push(setTimeout(() => process.kill('abandoned'), ABANDONED_GRACE_MS));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await process.request(job);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
