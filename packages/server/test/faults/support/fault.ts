import { it } from 'vitest';
import { missingNeeds, type Need } from './needs.ts';

/** What a fault's run leaves for the report. */
export interface FaultNote {
  /** Of the threat or fault: D5, F1, S3, ... */
  readonly id: string;
  /** What was done to the server. */
  readonly injected: string;
  /** How often. */
  readonly times: number;
  /** What was found to hold, with what was measured. */
  readonly held: string;
}

declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultNote;
    /** Why it could not be run on this machine. */
    notRun?: string;
  }
}

/** True where the long form of the suite is asked for. */
export const IS_LONG = process.env.FAULTS === 'long';

/** How often something is done: the short form ends within minutes, the long one within hours. */
export function times(counts: { readonly short: number; readonly long: number }): number {
  return IS_LONG ? counts.long : counts.short;
}

const SHORT_TIMEOUT_MS = 180_000;
const LONG_TIMEOUT_MS = 4 * 60 * 60_000;

/**
 * A test that injects something and says what held, for the report. Where the machine lacks what it takes, it fails in CI
 * and says so loudly elsewhere: a protection that nobody tried is not one.
 */
export function fault(
  about: { readonly id: string; readonly injected: string; readonly needs?: readonly Need[] },
  inject: () => Promise<{ readonly times: number; readonly held: string }>,
): void {
  const { id, injected, needs = [] } = about;
  const timeoutMs = IS_LONG ? LONG_TIMEOUT_MS : SHORT_TIMEOUT_MS;
  it(`${id}: ${injected}`, { timeout: timeoutMs }, async ({ task, skip }) => {
    const missing = missingNeeds(needs);
    if (missing.length > 0) {
      const why = `this machine has no ${missing.join(', no ')}`;
      task.meta.fault = { id, injected, times: 0, held: '' };
      task.meta.notRun = why;
      if (process.env.CI !== undefined) throw new Error(`not run: ${why}`);
      return skip(`NOT RUN: ${why}`);
    }
    task.meta.fault = { id, injected, times: 0, held: '' };
    task.meta.fault = { id, injected, ...(await inject()) };
  });
}
