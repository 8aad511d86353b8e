import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { RenderJob } from './protocol.ts';
import type { JobEnded, ProcessEnded, RenderEvent } from './render-event.ts';
import { createRenderPool, type RenderPool, type RenderPoolOptions } from './render-pool.ts';
import type { RenderOptions } from './renderer.ts';
import { openSpool } from './spool.ts';
import { findUnprivilegedUser } from './unprivileged-user.ts';

/** Patient: the machine may be busy with other tests. */
const eventually = (claim: () => void) => vi.waitFor(claim, { timeout: 10_000, interval: 5 });

const CHILDREN = new URL('../../test/children/', import.meta.url);
const LIMITS = { maxPixels: { light: 1, middle: 1, heavy: 1, avif: 1 }, maxSidePx: 1, maxFrames: 1 };

const folder = mkdtempSync(join(tmpdir(), 'render-pool-'));
const closing: RenderPool[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((pool) => pool.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a job that holds waits for. */
function closedGate() {
  const path = join(folder, `gate-${gates++}`);
  return { path, open: () => writeFileSync(path, '') };
}
let gates = 0;

interface JobInput {
  readonly path?: string;
  readonly takeMs?: number;
}

interface TestPool {
  readonly pool: RenderPool;
  readonly events: readonly RenderEvent[];
  /** The first event of that kind that fits, past or future. */
  event<Kind extends RenderEvent['kind']>(
    kind: Kind,
    fits?: (event: Extract<RenderEvent, { kind: Kind }>) => boolean,
  ): Promise<Extract<RenderEvent, { kind: Kind }>>;
  /** Runs a job that does what `command` says, in the obedient child; its text. */
  run(command: string, options?: Partial<RenderOptions> & JobInput): Promise<string>;
}

function openPool(options: Partial<RenderPoolOptions> & { child?: string } = {}): TestPool {
  const events: RenderEvent[] = [];
  const listeners = new Set<() => void>();
  const pool = createRenderPool({
    entry: new URL(options.child ?? 'obedient.mjs', CHILDREN),
    processes: 1,
    deadlineMs: 10_000,
    queueMax: 100,
    queueWaitMs: 10_000,
    queueMaxBytes: 100,
    ...options,
    onEvent: (event) => {
      events.push(event);
      for (const listener of listeners) listener();
    },
  });
  closing.push(pool);
  return {
    pool,
    events,
    event: (kind, fits = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          for (const event of events) {
            if (!isOfKind(event, kind) || !fits(event)) continue;
            listeners.delete(look);
            return resolve(event);
          }
          return undefined;
        };
        listeners.add(look);
        look();
      }),
    run: async (command, given = {}) => {
      const runOptions = {
        pictureId: 'p',
        estimatedBytes: 0,
        signal: new AbortController().signal,
        ...given,
      };
      const result = await pool.run(jobThatSays(command, given), runOptions);
      return Buffer.from(result.bytes).toString();
    },
  };
}

function isOfKind<Kind extends RenderEvent['kind']>(
  event: RenderEvent,
  kind: Kind,
): event is Extract<RenderEvent, { kind: Kind }> {
  return event.kind === kind;
}

function jobThatSays(steps: string, { path = '/dev/null', takeMs = 0 }: JobInput = {}) {
  return {
    kind: 'render',
    input: { path, offset: 0, length: takeMs },
    limits: LIMITS,
    steps,
    output: { format: 'png', quality: 1 },
    outputLimits: { maxSidePx: 1, maxPixels: 1, maxResultPixels: 1 },
  } as const satisfies RenderJob;
}

/** Waits without letting any event be handled, until the kernel has closed all that the process had open. */
function waitUntilDead(pid: number): void {
  while (
    !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ') ||
    readdirSync(`/proc/${pid}/task`).length > 1
  );
}

const endedFor = (reason: ProcessEnded['reason']) => (event: ProcessEnded) => event.reason === reason;
const jobEndedAs = (outcome: JobEnded['outcome']) => (event: JobEnded) => event.outcome === outcome;

describe('createRenderPool', () => {
  it('does many jobs on as many processes as asked, and is ready when the first is', async () => {
    const { pool, run } = openPool({ processes: 2 });
    expect(pool.status().ready).toBe(false);
    const pids = await Promise.all(Array.from({ length: 40 }, () => run('pid')));
    await eventually(() =>
      expect(pool.status()).toMatchObject({ processes: 2, waiting: 0, running: 0, ready: true }),
    );
    expect(new Set(pids).size).toBeLessThanOrEqual(2);
    expect(pool.status().totals.jobs).toBe(40);
  });

  it('gives one process one job at a time', async () => {
    const { pool, run } = openPool({ processes: 2 });
    const { path, open } = closedGate();
    const jobs = Array.from({ length: 6 }, () => run('hold', { path }));
    await eventually(() => expect(pool.status()).toMatchObject({ running: 2, waiting: 4 }));
    open();
    await Promise.all(jobs);
  });

  it('passes on what the picture deserves', async () => {
    const { run } = openPool();
    await expect(run('fail')).rejects.toMatchObject({ code: 'broken_picture', message: 'torn' });
  });

  it('runs a process without secrets, with limits, first to go when memory runs out', async () => {
    process.env.S3_SECRET_KEY = 'hush';
    const { run } = openPool({ maxDataBytes: 512 * 1024 ** 2 });
    const { env, limits, oomScore } = JSON.parse(await run('confess'));
    expect(Object.keys(env)).not.toContain('S3_SECRET_KEY');
    expect(env.MALLOC_ARENA_MAX).toBe('2');
    expect(limits).toMatch(/Max core file size +0 +0 /);
    expect(limits).toMatch(/Max data size +536870912 +536870912 /);
    expect(oomScore).toBe('500');
  });
});

describe('a render process that ends by itself', () => {
  it('fails only its own job, and the next is served', async () => {
    const { run } = openPool({ processes: 2 });
    const good = Array.from({ length: 10 }, (_, index) => run('pid', { pictureId: `good ${index}` }));
    await expect(run('segfault')).rejects.toMatchObject({ code: 'render_crashed', retryAfterSeconds: 1 });
    await expect(run('exit')).rejects.toMatchObject({ code: 'render_crashed' });
    await Promise.all(good);
    await expect(run('pid')).resolves.toMatch(/^\d+$/);
  });

  it('costs no request when it was dead before the job reached it', async () => {
    const { run, event, pool } = openPool();
    const pid = Number(await run('pid'));
    process.kill(pid, 'SIGSEGV');
    waitUntilDead(pid);
    // No event has told of its death yet: the pool still takes the process for idle.
    expect(Number(await run('pid'))).not.toBe(pid);
    expect(await event('process_ended')).toMatchObject({ reason: 'crashed', signal: 'SIGSEGV', pid });
    expect(pool.status().totals.ends.crashed).toBe(1);
  });

  it('leaves its last words', async () => {
    const { run, event } = openPool();
    await expect(run('complain')).rejects.toMatchObject({ code: 'render_crashed' });
    expect(await event('process_ended')).toMatchObject({ exitCode: 4, stderr: 'out of cheese\n' });
  });

  it('has its picture refused for 60 s after two deaths by signal, but no other picture', async () => {
    const clock = { nowMs: 0 };
    const { run } = openPool({ now: () => clock.nowMs });
    await expect(run('segfault', { pictureId: 'bad' })).rejects.toMatchObject({ code: 'render_crashed' });
    await expect(run('segfault', { pictureId: 'bad' })).rejects.toMatchObject({ code: 'render_crashed' });
    const refusal = { code: 'picture_refused', retryAfterSeconds: 60 };
    await expect(run('pid', { pictureId: 'bad' })).rejects.toMatchObject(refusal);
    await run('pid', { pictureId: 'good' });
    clock.nowMs += 60_000;
    await run('pid', { pictureId: 'bad' });
  });

  it('takes at most two processes for a picture, however many of its jobs wait', async () => {
    const { run, pool } = openPool();
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => run('segfault')));
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
    expect(codes).toEqual(['render_crashed', 'render_crashed', ...Array(4).fill('picture_refused')]);
    await run('pid', { pictureId: 'good' });
    expect(pool.status().totals.ends.crashed).toBe(2);
  });

  it('is not held against the picture when it exits without a signal or misses its deadline', async () => {
    const { run } = openPool({ deadlineMs: 50 });
    for (const command of ['exit', 'exit', 'spin', 'spin']) await expect(run(command)).rejects.toThrow();
    await run('pid');
  });

  it.each(['babble', 'answerAnother', 'boast', 'swell'])(
    'is killed when it breaks the protocol (%s)',
    async (command) => {
      const { run, event } = openPool();
      await expect(run(command)).rejects.toMatchObject({ code: 'render_crashed' });
      await event('process_ended', endedFor('protocol'));
      await run('pid');
    },
  );

  it('may leave its bytes in a file', async () => {
    const { run } = openPool();
    expect(await run('leave')).toBe('left '.repeat(10_000));
  });

  it('fails the job when its answer is of the wrong kind', async () => {
    const { run } = openPool();
    await expect(run('facts')).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('a sandbox', () => {
  it('has no rights, but for the original that it is lent for the time of the job', async () => {
    const user = findUnprivilegedUser();
    // Only root can become somebody else; who is not root has no rights to give up.
    const spool = user && (await openSpool({ parent: tmpdir(), user }));
    const { run } = openPool({ sandbox: user && spool && { user, spool } });
    const path = join(folder, 'secret');
    writeFileSync(path, 'an original', { mode: 0o600 });
    expect(await run('read', { path })).toBe('an original');
    expect(JSON.parse(await run('confess')).uid).toBe(user?.uid ?? process.getuid?.());
    await spool?.close();
  });
});

describe('the deadline', () => {
  it.each(['spin', 'ignore', 'stop'])('kills a process that does not answer (%s)', async (command) => {
    const { run, event } = openPool({ deadlineMs: 100 });
    const stuck = run(command);
    await expect(stuck).rejects.toMatchObject({ code: 'render_deadline', retryAfterSeconds: 1 });
    expect(await event('process_ended')).toMatchObject({ reason: 'deadline', signal: 'SIGKILL' });
    await run('pid');
  });

  it('may be shorter for a job, not longer', async () => {
    const { run } = openPool({ deadlineMs: 10_000 });
    const stuck = run('spin', { deadlineMs: 100 });
    await expect(stuck).rejects.toMatchObject({
      code: 'render_deadline',
      message: expect.stringContaining('100 ms'),
    });
    const short = openPool({ deadlineMs: 100 });
    await expect(short.run('spin', { deadlineMs: 10_000 })).rejects.toMatchObject({
      message: expect.stringContaining('100 ms'),
    });
  });

  it('has a stand-in ready, so that the place is back within 300 ms', async () => {
    const { run, event } = openPool({ deadlineMs: 1500 });
    const pid = Number(await run('pid'));
    await expect(run('spin')).rejects.toMatchObject({ code: 'render_deadline' });
    const killedMs = performance.now();
    expect(Number(await run('pid'))).not.toBe(pid);
    expect(performance.now() - killedMs).toBeLessThan(300);
    await event('process_ended', (end) => end.pid === pid);
  });

  it('counts from the moment the job starts, not while it waits', async () => {
    const { run } = openPool({ deadlineMs: 1000 });
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 4 }, () => run('take', { takeMs: 300 })));
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  });

  it('brings all places back within a second when all hang at once', async () => {
    const { run, pool } = openPool({ processes: 4, deadlineMs: 1500 });
    await eventually(() => expect(pool.status().processes).toBe(4));
    const startedMs = performance.now();
    const stuck = await Promise.allSettled(Array.from({ length: 4 }, () => run('spin')));
    expect(stuck.every(({ status }) => status === 'rejected')).toBe(true);
    await eventually(() => expect(pool.status().processes).toBe(4));
    const { path, open } = closedGate();
    const jobs = Array.from({ length: 4 }, () => run('hold', { path }));
    await eventually(() => expect(pool.status().running).toBe(4));
    expect(performance.now() - startedMs).toBeLessThan(1500 + 1000);
    open();
    await Promise.all(jobs);
  });
});

describe('the queue', () => {
  it('refuses at once when it is full, and says when to come again', async () => {
    const { run } = openPool({ queueMax: 2 });
    await run('pid');
    const { path, open } = closedGate();
    const jobs = [1, 2, 3].map(() => run('hold', { path }));
    await expect(run('pid')).rejects.toMatchObject({ code: 'queue_full', retryAfterSeconds: 1 });
    open();
    await Promise.all(jobs);
  });

  it('lets go of a job that has waited too long', async () => {
    const { run, event } = openPool({ queueWaitMs: 50 });
    await event('process_ready');
    const { path, open } = closedGate();
    const holding = run('hold', { path });
    await expect(run('pid')).rejects.toMatchObject({ code: 'queue_full' });
    open();
    await holding;
  });

  it('runs at once only what fits into memory together, and a job that is bigger alone', async () => {
    const { run, pool, events } = openPool({ processes: 3, queueMaxBytes: 100 });
    const gates = [60, 60, 40, 500, 10].map((estimatedBytes) => ({ estimatedBytes, ...closedGate() }));
    const jobs = gates.map(({ path, estimatedBytes }) => run('hold', { path, estimatedBytes }));
    await eventually(() => expect(events.filter(({ kind }) => kind === 'process_ready')).toHaveLength(3));
    expect(pool.status()).toMatchObject({ running: 1, waiting: 4 });
    gates[0]?.open();
    await jobs[0];
    await eventually(() => expect(pool.status()).toMatchObject({ running: 2, waiting: 2 }));
    gates[1]?.open();
    await jobs[1];
    expect(pool.status()).toMatchObject({ running: 1, waiting: 2 });
    gates[2]?.open();
    await jobs[2];
    await eventually(() => expect(pool.status()).toMatchObject({ running: 1, waiting: 1 }));
    for (const gate of gates) gate.open();
    await Promise.all(jobs);
  });
});

describe('a client that leaves', () => {
  it('takes its waiting job along', async () => {
    const { run, pool } = openPool();
    await run('pid');
    const leaving = new AbortController();
    const { path, open } = closedGate();
    const first = run('hold', { path });
    const left = run('segfault', { signal: leaving.signal });
    expect(pool.status().waiting).toBe(1);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'client_gone' });
    expect(pool.status().waiting).toBe(0);
    open();
    await first;
  });

  it('has the process of its running job killed, and the place is back', async () => {
    const { run, event } = openPool();
    const pid = await run('pid');
    const leaving = new AbortController();
    const left = run('spin', { signal: leaving.signal });
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'client_gone' });
    await event('job_ended', jobEndedAs('abandoned'));
    expect(await run('pid')).not.toBe(pid);
  });

  it('keeps the process when the job is nearly done: that costs less than a new one', async () => {
    const { run } = openPool();
    const pid = await run('pid');
    const leaving = new AbortController();
    const { path, open } = closedGate();
    const left = run('hold', { path, signal: leaving.signal });
    leaving.abort();
    open();
    await expect(left).rejects.toMatchObject({ code: 'client_gone' });
    expect(await run('pid')).toBe(pid);
  });

  it('is turned away without a job when it has left already', async () => {
    const { run, pool } = openPool();
    await expect(run('pid', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'client_gone' });
    expect(pool.status()).toMatchObject({ waiting: 0, running: 0 });
  });
});

describe('recycling', () => {
  it('replaces a process after its jobs, without a gap', async () => {
    const { run, event } = openPool({ recycleAfterJobs: 3 });
    const first = await run('pid');
    await run('pid');
    await run('pid');
    await event('process_ended', endedFor('recycled'));
    expect(await run('pid')).not.toBe(first);
  });

  it('lets the worn process go on until its replacement is ready', async () => {
    const { run, events } = openPool({ recycleAfterJobs: 1 });
    const counts = [await run('count'), await run('count')];
    expect(counts).toEqual(['0', '1']);
    expect(events.some((event) => event.kind === 'process_ended')).toBe(false);
  });

  it('replaces a process that holds too much memory after a job', async () => {
    const { run, event } = openPool({ recycleAboveBytes: 512 * 1024 ** 2 });
    await run('pid');
    await run('grow');
    await event('process_ended', endedFor('recycled'));
    await run('pid');
  });
});

describe('processes that die at their start', () => {
  it.each(['dies-at-start.mjs', 'ready-then-dies.mjs'])(
    'are started again ever more slowly (%s)',
    async (child) => {
      const { pool, event, events } = openPool({ child, queueWaitMs: 600 });
      const run = pool.run(jobThatSays('pid'), {
        pictureId: 'p',
        estimatedBytes: 0,
        signal: new AbortController().signal,
      });
      await expect(run).rejects.toMatchObject({
        code: expect.stringMatching(/^(queue_full|render_crashed)$/),
      });
      await event('process_ended');
      await eventually(() => expect(pool.status().ready).toBe(false));
      expect(events.filter(({ kind }) => kind === 'process_ended').length).toBeLessThan(8);
    },
  );

  it('are told of, with their last words', async () => {
    const { event } = openPool({ child: 'dies-at-start.mjs' });
    expect(await event('process_ended')).toMatchObject({
      reason: 'crashed',
      exitCode: 1,
      stderr: 'cannot load\n',
    });
  });

  it('are told of when they cannot even be started', async () => {
    const { event } = openPool({ child: 'nul\0byte.mjs' });
    expect(await event('process_ended')).toMatchObject({
      pid: undefined,
      stderr: expect.stringMatching(/null bytes/),
    });
  });

  it('are killed when they hang before they are ready', async () => {
    const { event, pool } = openPool({ child: 'never-ready.mjs', startDeadlineMs: 100 });
    expect(await event('process_ended')).toMatchObject({ reason: 'start_deadline', signal: 'SIGKILL' });
    expect(pool.status().ready).toBe(false);
  });
});

describe('close', () => {
  it('finishes what it has accepted, takes nothing more, and leaves no process', async () => {
    const { run, pool } = openPool();
    const { path, open } = closedGate();
    const accepted = [run('hold', { path }), run('hold', { path }), run('pid')];
    const closed = pool.close();
    open();
    await expect(run('pid')).rejects.toMatchObject({ code: 'shutting_down' });
    const pid = Number((await Promise.all(accepted))[2]);
    await closed;
    expect(pool.status()).toMatchObject({ waiting: 0, running: 0, processes: 0 });
    expect(() => process.kill(pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  });

  it('finishes what it has accepted even when a process dies meanwhile', async () => {
    const { run, pool } = openPool();
    const crashing = run('segfault');
    const waiting = run('pid', { pictureId: 'good' });
    const closed = pool.close();
    await expect(crashing).rejects.toMatchObject({ code: 'render_crashed' });
    await expect(waiting).resolves.toMatch(/^\d+$/);
    await closed;
  });
});
