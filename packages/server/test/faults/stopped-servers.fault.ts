import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { get, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { FILE_HEADERS, multipart, postRequest } from './support/multipart.ts';
import { childrenOf, eventually } from './support/processes.ts';
import { exchange, statusesOf } from './support/raw-socket.ts';
import { filesBelow } from './support/stored-files.ts';

const AT_ONCE = 100;

let picture: Buffer;

beforeAll(async () => {
  picture = await photo(800, 600).jpeg().toBuffer();
});

/** Half uploads, half variants that were never asked for; each with a connection of its own. */
function requestsAtOnce(server: ServerProcess, hash: string, round: number): Promise<string>[] {
  const port = Number(new URL(server.url).port);
  const posted = postRequest(multipart([{ headers: FILE_HEADERS, body: picture }]));
  return Array.from({ length: AT_ONCE }, (_, index) => {
    const target = `/image/${hash}/resize/${50 + index + round}x`;
    const bytes = index % 2 === 0 ? posted : `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    return exchange(port, bytes, { quietMs: 20_000 });
  });
}

/** Over a connection of its own. Connections are taken in their order: after this the server has all earlier ones. */
async function askedAfterAll(server: ServerProcess): Promise<void> {
  const port = Number(new URL(server.url).port);
  const answer = await exchange(port, 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(statusesOf(answer)).toEqual([200]);
}

describe('SIGTERM', () => {
  fault(
    { id: 'F18', injected: `SIGTERM with ${AT_ONCE} requests under way, uploads and renders` },
    async () => {
      const rounds = times({ short: 2, long: 50 });
      let slowestMs = 0;
      let answered = 0;
      for (let round = 0; round < rounds; round += 1) {
        const server = await startServer({ RENDER_PROCESSES: '2' });
        const { hash } = await upload(server.url, picture);
        const requests = requestsAtOnce(server, hash, round);
        // Accepted is what the server has begun to answer; the log says when it has answered the first.
        const before = server.log.length;
        await server.waitForLog(() => server.log.length > before + 2);
        const exited = once(server.child, 'exit');
        const startedMs = performance.now();
        server.child.kill('SIGTERM');
        const children = childrenOf(server.pid);
        for (const answers of await Promise.all(requests)) {
          const [status] = statusesOf(answers);
          // Each has a whole answer: none was reset.
          expect([200, 503]).toContain(status);
          const length = Number(/^content-length: (\d+)/im.exec(answers)?.[1]);
          expect(answers.length - answers.indexOf('\r\n\r\n') - 4).toBe(length);
          if (status === 200) answered += 1;
        }
        const [code] = await exited;
        slowestMs = Math.max(slowestMs, performance.now() - startedMs);
        expect(code).toBe(0);
        await expect(get(`${server.url}/health`)).rejects.toThrow();
        await eventually('no render process outlives it', () =>
          children.every((pid) => !childrenOf(1).includes(pid)),
        );
        expect(await filesBelow(join(server.folder, 'uploads/.tmp'))).toEqual([]);
        await rm(server.folder, { recursive: true });
      }
      expect(slowestMs).toBeLessThan(20_000);
      return {
        times: rounds,
        held: `all ${rounds * AT_ONCE} accepted requests have a whole answer, ${answered} of them a 200; exit 0 within ${Math.ceil(slowestMs)} ms`,
      };
    },
  );

  fault({ id: 'F18', injected: 'SIGTERM twice, with a request that does not end' }, async () => {
    const server = await startServer({ RENDER_PROCESSES: '1' });
    const { hash } = await upload(server.url, picture);
    const port = Number(new URL(server.url).port);
    for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGSTOP');
    const hung = exchange(port, `GET /image/${hash}/resize/150x HTTP/1.1\r\nHost: a\r\n\r\n`);
    await askedAfterAll(server);
    const exited = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    await server.waitForLog(({ msg }) => msg === 'stopping');
    const startedMs = performance.now();
    server.child.kill('SIGTERM');
    const [code] = await exited;
    const tookMs = performance.now() - startedMs;
    await hung;
    await rm(server.folder, { recursive: true });
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(2000);
    return { times: 1, held: `ends at once, with exit ${code}` };
  });
});
