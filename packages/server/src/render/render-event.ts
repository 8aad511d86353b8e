import type { RenderJob } from './protocol.ts';
import type { EndReason, ProcessEnd } from './render-process.ts';

/** What happens among the render processes, for logs and metrics. */
export type RenderEvent = ProcessReady | ProcessEnded | JobEnded;

export interface ProcessReady {
  readonly kind: 'process_ready';
  readonly pid: number | undefined;
}

export interface ProcessEnded extends ProcessEnd {
  readonly kind: 'process_ended';
  /** undefined where not even that could be started */
  readonly pid: number | undefined;
  /** The last of what it wrote to stderr, or why it could not be started. */
  readonly stderr: string;
}

export interface JobEnded {
  readonly kind: 'job_ended';
  readonly job: RenderJob['kind'];
  readonly pictureId: string;
  /** `answered` includes what the picture deserved; everything else is how its process ended. */
  readonly outcome: 'answered' | EndReason;
  readonly waitedMs: number;
  readonly ranMs: number;
}

interface RenderLog {
  warn(details: object, message: string): void;
  debug(details: object, message: string): void;
}

/** Logs an event: at `warn` what an operator should know of, at `debug` what is the ordinary course of things. */
export function logRenderEvent(log: RenderLog, event: RenderEvent): void {
  if (event.kind === 'process_ready') log.debug(event, 'a render process is ready');
  else if (event.kind === 'job_ended') log.debug(event, 'a render has ended');
  else if (ORDINARY_ENDS.has(event.reason)) log.debug(event, 'a render process was replaced');
  else log.warn(event, 'a render process was lost');
}

const ORDINARY_ENDS: ReadonlySet<EndReason> = new Set<EndReason>(['abandoned', 'recycled', 'closed']);
