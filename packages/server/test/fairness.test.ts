import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, type OverloadServer, startOverloadServer } from './overload-server.ts';

/** So many wait, and one more is worked on. */
const QUEUE = 8;
const GREEDY = '203.0.113.1';
const MODEST = '203.0.113.2';

let one: OverloadServer;

beforeAll(async () => {
  one = await startOverloadServer({
    RENDER_QUEUE_MAX: String(QUEUE),
    RENDER_QUEUE_WAIT_MS: '60000',
    RENDER_DEADLINE_MS: '60000',
    TRUSTED_PROXIES: '127.0.0.1',
  });
});
afterAll(() => one.server.stop());
beforeEach(async () => {
  await vi.waitFor(async () => expect(await one.jobs()).toEqual({ waiting: 0, running: 0 }));
});

/** Holds the render process and has one client fill it and the queue behind it. */
async function fill(from: { from?: string; forwardedFor?: string }): Promise<Promise<Answer>[]> {
  one.hold();
  const answers: Promise<Answer>[] = [];
  for (let count = 0; count <= QUEUE; count += 1) {
    answers.push(one.ask(one.freshTarget(), from));
    const waiting = count;
    await vi.waitFor(async () => expect(await one.jobs()).toEqual({ waiting, running: 1 }));
  }
  return answers;
}

const statusesOf = async (answers: readonly Promise<Answer>[]) =>
  (await Promise.all(answers)).map(({ status }) => status);

describe('clients that share the server', () => {
  it('may each have all of it while no other waits, and are then told when to come again', async () => {
    const answers = await fill({ forwardedFor: GREEDY });
    const refused = await one.ask(one.freshTarget(), { forwardedFor: GREEDY });
    expect(refused).toMatchObject({
      status: 503,
      code: 'queue_full',
      retryAfter: expect.stringMatching(/^\d+$/),
    });
    one.goOn();
    expect(await statusesOf(answers)).toEqual(Array.from({ length: QUEUE + 1 }, () => 200));
  });

  it('get in, and have the next turn, however much one of them has asked for', async () => {
    const greedy = await fill({ forwardedFor: GREEDY });
    const ended: string[] = [];
    for (const answer of greedy) void answer.then(() => ended.push('greedy'));
    const modest = one.ask(one.freshTarget(), { forwardedFor: MODEST }).finally(() => ended.push('modest'));

    const pushedOut = await Promise.race(greedy);
    expect(pushedOut).toMatchObject({
      status: 429,
      code: 'too_many_requests',
      retryAfter: expect.any(String),
    });
    const again = await one.ask(one.freshTarget(), { forwardedFor: GREEDY });
    expect(again).toMatchObject({ status: 429, code: 'too_many_requests', retryAfter: expect.any(String) });

    one.goOn();
    expect((await modest).status).toBe(200);
    // The one that was refused, and the one that was being worked on; another may have ended at the same moment.
    expect(ended.indexOf('modest')).toBeLessThanOrEqual(3);
    expect((await statusesOf(greedy)).filter((status) => status === 200)).toHaveLength(QUEUE);
  });

  it('are not who they say they are unless a trusted proxy says so', async () => {
    const answers = await fill({ from: '127.0.0.2', forwardedFor: GREEDY });
    // Another client would get in.
    const refused = await one.ask(one.freshTarget(), { from: '127.0.0.2', forwardedFor: MODEST });
    expect(refused).toMatchObject({ status: 503, code: 'queue_full' });
    const other = one.ask(one.freshTarget(), { from: '127.0.0.3' });
    expect((await Promise.race(answers)).status).toBe(429);
    one.goOn();
    expect((await other).status).toBe(200);
    await Promise.all(answers);
  });

  it('join a render that is under way, whoever asked for it first, although there is no room', async () => {
    one.hold();
    const target = one.freshTarget();
    const first = one.ask(target, { forwardedFor: GREEDY });
    await vi.waitFor(async () => expect((await one.jobs()).running).toBe(1));
    const rest = Array.from({ length: QUEUE }, () => one.ask(one.freshTarget(), { forwardedFor: GREEDY }));
    await vi.waitFor(async () => expect((await one.jobs()).waiting).toBe(QUEUE));
    const joined = one.ask(target, { forwardedFor: GREEDY });
    one.goOn();
    expect(await statusesOf([first, joined, ...rest])).not.toContain(503);
  });

  it('all get what they ask for once in a while, while one of them asks without pause', async () => {
    const end = new AbortController();
    const keepAsking = async () => {
      while (!end.signal.aborted) await one.ask(one.freshTarget(), { forwardedFor: GREEDY });
    };
    const greedy = Array.from({ length: 40 }, keepAsking);
    const answers: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      answers.push((await one.ask(one.freshTarget(), { forwardedFor: MODEST })).status);
    }
    end.abort();
    await Promise.all(greedy);
    expect(answers).toEqual(Array.from({ length: 10 }, () => 200));
  });
});
