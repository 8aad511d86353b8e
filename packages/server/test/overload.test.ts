import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { get } from './client.ts';
import { rssBytes } from './faults/support/memory.ts';
import { descriptorsOf } from './faults/support/processes.ts';
import { type Answer, type OverloadServer, startOverloadServer } from './overload-server.ts';

const MB = 1024 * 1024;

let one: OverloadServer;
let port: number;

beforeAll(async () => {
  one = await startOverloadServer({
    RENDER_QUEUE_MAX: '8',
    RENDER_QUEUE_WAIT_MS: '60000',
    RENDER_DEADLINE_MS: '60000',
    MAX_CONNECTIONS: '600',
  });
  port = Number(new URL(one.server.url).port);
});
afterAll(() => one.server.stop());

const idle = () => vi.waitFor(async () => expect(await one.jobs()).toEqual({ waiting: 0, running: 0 }), 2000);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function openSockets(count: number, firstBytes: string): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.write(firstBytes);
  return sockets;
}

/** How long `/health` takes, in milliseconds, ten times. */
async function healthMs(): Promise<number[]> {
  const took: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    const answer = await one.ask('/health');
    expect(answer.status).toBe(200);
    took.push(answer.tookMs);
  }
  return took;
}

describe('more clients than the server can serve', () => {
  it('are refused at once, while what costs no render is answered, and are served again afterwards', async () => {
    const hit = one.freshTarget();
    expect((await one.ask(hit)).status).toBe(200);
    const rssBefore = rssBytes(one.server.pid);
    const end = new AbortController();
    const answers: Answer[] = [];
    const keepAsking = async () => {
      while (!end.signal.aborted) answers.push(await one.ask(one.freshTarget()));
    };
    const clients = Array.from({ length: 60 }, keepAsking);
    const hits: Answer[] = [];
    await vi.waitFor(async () => {
      hits.push(await one.ask(hit));
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(15);
      expect(answers.length).toBeGreaterThan(500);
    }, 15_000);
    const health = await healthMs();
    end.abort();
    await Promise.all(clients);

    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(
      new Set(['503 queue_full']),
    );
    for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
    expect(new Set(hits.map(({ status }) => status))).toEqual(new Set([200]));
    // Generous: these 60 clients, and whatever else runs, are on the same processors.
    for (const times of [refused.map(({ tookMs }) => tookMs), hits.map(({ tookMs }) => tookMs), health]) {
      expect(median(times)).toBeLessThan(200);
    }
    expect(rssBytes(one.server.pid) - rssBefore).toBeLessThan(100 * MB);
    await idle();
    expect((await one.ask(one.freshTarget())).status).toBe(200);
  });

  it('keep their connections when they are refused', async () => {
    one.hold();
    const waiting = Array.from({ length: 9 }, () => one.ask(one.freshTarget()));
    await vi.waitFor(async () => expect(await one.jobs()).toEqual({ waiting: 8, running: 1 }));
    const [socket] = await openSockets(1, '');
    for (const target of [one.freshTarget(), `${one.freshTarget()}/format/auto`, '/health']) {
      socket?.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [answer] = socket === undefined ? [] : await once(socket, 'data');
      expect(String(answer)).toMatch(target === '/health' ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 503 /);
      expect(String(answer).toLowerCase()).not.toContain('connection: close');
    }
    socket?.destroy();
    one.goOn();
    await Promise.all(waiting);
  });

  it('are refused before the body of an upload has come', async () => {
    one.hold();
    const waiting = Array.from({ length: 9 }, () => one.ask(one.freshTarget()));
    await vi.waitFor(async () => expect(await one.jobs()).toEqual({ waiting: 8, running: 1 }));
    const startedMs = performance.now();
    const upload = request(`${one.server.url}/upload`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 10_000_000 },
    });
    upload.on('error', () => {});
    upload.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nxxxxx');
    const [response] = await once(upload, 'response');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, expect.any(String)]);
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(await readdir(join(one.server.folder, 'uploads', '.tmp'))).toEqual([]);
    upload.destroy();
    one.goOn();
    await Promise.all(waiting);
  });
});

describe('clients that leave', () => {
  it('leave nothing behind: no jobs, no descriptors, no files', async () => {
    await idle();
    const before = descriptorsOf(one.server.pid);
    for (let round = 0; round < 10; round += 1) {
      const leaving = Array.from({ length: 50 }, () =>
        one.ask(one.freshTarget(), { signal: AbortSignal.timeout(50) }).catch(() => 'left'),
      );
      await Promise.all(leaving);
    }
    await idle();
    expect((await one.ask(one.freshTarget())).status).toBe(200);
    await vi.waitFor(() => expect(descriptorsOf(one.server.pid)).toBeLessThanOrEqual(before + 5), 5000);
    expect(await readdir(join(one.server.folder, 'uploads', '.tmp'))).toEqual([]);
  });
});

describe('clients that hold connections', () => {
  it('do not slow what others ask for', async () => {
    const slow = await openSockets(500, 'GET /health HTTP/1.1\r\nHost: a\r\nX-Slow');
    const drip = setInterval(() => {
      for (const socket of slow) socket.write('w');
    }, 100);
    expect(median(await healthMs())).toBeLessThan(100);
    clearInterval(drip);
    for (const socket of slow) socket.destroy();
  });

  it('lose them to newcomers where there are too many', async () => {
    const slow = await openSockets(1000, 'GET /health HTTP/1.1\r\nHost: a\r\nX-Slow');
    for (const socket of slow) socket.resume();
    expect(median(await healthMs())).toBeLessThan(100);
    const lost = () => slow.filter(({ closed }) => closed).length;
    await vi.waitFor(() => expect(lost()).toBeGreaterThanOrEqual(400), 5000);
    expect(descriptorsOf(one.server.pid)).toBeLessThan(700);
    expect((await get(`${one.server.url}/ready`)).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});

describe('a client that is about to be refused and leaves', () => {
  it('is logged all the same, and nothing is rendered for it', async () => {
    one.hold();
    const waiting = Array.from({ length: 9 }, () => one.ask(one.freshTarget()));
    await vi.waitFor(async () => expect(await one.jobs()).toEqual({ waiting: 8, running: 1 }), 5000);
    // Refused, and handed on to the router, which is a moment later too.
    const unknown = (index: number) => `/image/${String(index).padStart(40, '0')}/resize/10x`;
    const targets = Array.from({ length: 20 }, (_, index) => [one.freshTarget(), unknown(index)]).flat();
    for (const target of targets) {
      const [socket] = await openSockets(1, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      socket?.destroy();
    }
    const lines = await Promise.all(
      targets.map((target) => one.server.waitForLog((line) => line.target === target)),
    );
    for (const { status } of lines) expect([404, 499, 503]).toContain(status);
    one.goOn();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    await idle();
  });
});
