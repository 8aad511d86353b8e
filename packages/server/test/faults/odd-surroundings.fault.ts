import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect } from 'vitest';
import { encodeEntry } from '../../src/cache/entry-file.ts';
import { entryKey } from '../../src/cache/entry-key.ts';
import { get, postFile, upload } from '../client.ts';
import { startOrigin } from '../origin.ts';
import { photo } from '../pictures.ts';
import { startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { killServer } from './support/kill.ts';
import { eventually } from './support/processes.ts';

let picture: Buffer;

beforeAll(async () => {
  picture = await photo(300, 200).jpeg().toBuffer();
});

const DAY_SECONDS = 86_400;

/** The program of that name stays in front of the server, and signals would end only itself: so without it. */
function fakedClock(): Record<string, string> {
  const script = ['-f', '+0', 'sh', '-c', 'echo $LD_PRELOAD'];
  const library = execFileSync('faketime', script, { encoding: 'utf8' }).trim();
  return { LD_PRELOAD: library, FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
}

describe('a clock that jumps', () => {
  fault({ id: 'F23', injected: 'restarts 2 days back and 10 years ahead', needs: ['faketime'] }, async () => {
    const origin = await startOrigin((_request, response) => response.setHeader('etag', '"1"').end(picture));
    const env = { EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8', RENDER_PROCESSES: '1' };
    const first = await startServer(env);
    const { folder } = first;
    const { hash } = await upload(first.url, picture);
    const variant = `/image/${hash}/resize/50x`;
    const remote = `/external?url=${origin.url}/a.jpg&operations=resize/40x`;
    await get(first.url + variant);
    await get(first.url + remote);
    await first.stop({ keepFolder: true });
    const jumps = ['-2d', '+3650d', '-3650d', '+0d'];
    try {
      for (const jump of jumps) {
        const server = await startServer({ ...env, ...fakedClock(), FAKETIME: jump }, { folder });
        expect((await get(server.url + variant)).headers.get('x-cache')).toBe('hit');
        const answer = await get(server.url + remote);
        expect(answer.status).toBe(200);
        const [, maxAge = ''] = /max-age=(-?\d+)/.exec(answer.headers.get('cache-control') ?? '') ?? [];
        expect(Number(maxAge)).toBeGreaterThanOrEqual(0);
        expect(Number(maxAge)).toBeLessThanOrEqual(3600);
        expect((await postFile(server.url, picture)).status).toBe(200);
        expect(await server.stop({ keepFolder: true })).toBe(0);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
      await origin.close();
    }
    return {
      times: jumps.length,
      held: 'kept variants are still hits; remote ones are never said to be fresh for longer than configured, nor for less than no time',
    };
  });

  fault(
    {
      id: 'F23',
      injected: 'jumps of the clock of a running server, by 10 years and back',
      needs: ['faketime'],
    },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'images-server-'));
      const file = join(folder, 'offset');
      await writeFile(file, '+0');
      const faked = { ...fakedClock(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' };
      const server = await startServer({ ...faked, RENDER_PROCESSES: '2' }, { folder });
      const { hash } = await upload(server.url, picture);
      const count = times({ short: 20, long: 500 });
      for (let round = 0; round < count; round += 1) {
        const days = [3650, 0, -3650, 1][round % 4] ?? 0;
        await writeFile(file, `${days < 0 ? '-' : '+'}${Math.abs(days) * DAY_SECONDS}`);
        const answers = await Promise.all(
          [10, 20, 30].map((width) => get(`${server.url}/image/${hash}/resize/${width + round * 3}x`)),
        );
        for (const { status } of answers) expect(status).toBe(200);
        expect((await postFile(server.url, picture)).status).toBe(200);
        // Told of while the clock stands where it stood for the request.
        await server.waitForLog(({ target }) => target === `/image/${hash}/resize/${30 + round * 3}x`);
      }
      expect(
        new Set(server.log.map(({ time }) => new Date(Number(time)).getFullYear())).size,
      ).toBeGreaterThan(2);
      expect(server.log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
      expect(await server.stop()).toBe(0);
      return {
        times: count,
        held: 'every render and upload is answered, no process is killed for a deadline that did not pass',
      };
    },
  );
});

describe('two servers on one folder', () => {
  fault(
    { id: 'F22', injected: 'uploads, variants and deletions at both at once; one of them killed', needs: [] },
    async () => {
      const env = { RENDER_PROCESSES: '1', CACHE_MEMORY_BYTES: '0' };
      const one = await startServer(env);
      const two = await startServer(env, { folder: one.folder });
      const count = times({ short: 30, long: 1000 });
      let deleted = 0;
      for (let round = 0; round < count; round += 1) {
        const [from, other] = round % 2 === 0 ? [one, two] : [two, one];
        const { hash } = await upload(from.url, picture);
        expect((await get(`${other.url}/image/${hash}`)).bytes.equals(picture)).toBe(true);
        const recipe = `/image/${hash}/resize/${20 + round}x`;
        const answers = await Promise.all([one, two, one, two].map(({ url }) => get(url + recipe)));
        expect(
          new Set(answers.map(({ status, bytes }) => `${status} ${bytes.toString('base64')}`)).size,
        ).toBe(1);
        if (round % 3 === 0) {
          expect((await fetch(`${other.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(200);
          for (const { url } of [one, two]) {
            expect((await get(`${url}/image/${hash}`)).status).toBe(404);
            expect((await get(url + recipe)).status).toBe(404);
          }
          deleted += 1;
        }
      }
      await killServer(one);
      const { hash } = await upload(two.url, picture);
      expect((await get(`${two.url}/image/${hash}/resize/10x`)).status).toBe(200);
      await two.stop();
      return {
        times: count,
        held: `with CACHE_MEMORY_BYTES=0 both see every upload and each of ${deleted} deletions at once, and give the same bytes; the other goes on when one is killed`,
      };
    },
  );

  fault(
    { id: 'F22', injected: 'a deletion at one of them, with a memory in front of the cache' },
    async () => {
      const one = await startServer({ RENDER_PROCESSES: '1' });
      const two = await startServer({ RENDER_PROCESSES: '1' }, { folder: one.folder });
      const { hash } = await upload(one.url, picture);
      const recipe = `/image/${hash}/resize/20x`;
      for (const { url } of [one, two]) await get(url + recipe);
      await fetch(`${one.url}/image/${hash}`, { method: 'DELETE' });
      expect((await get(`${two.url}/image/${hash}`)).status).toBe(404);
      expect((await get(one.url + recipe)).status).toBe(404);
      const { status } = await get(two.url + recipe);
      await one.stop({ keepFolder: true });
      await two.stop();
      expect([200, 404]).toContain(status);
      const word =
        status === 404
          ? 'gone at both'
          : '**still served by the other from its memory**: set `CACHE_MEMORY_BYTES=0` where servers share folders';
      return { times: 1, held: `the original is gone at both at once; a variant is ${word}` };
    },
  );
});

describe('a large cache', () => {
  const count = times({ short: 20_000, long: 200_000 });
  fault(
    { id: 'F27', injected: `a start with ${count.toLocaleString('en-US')} entries in the cache` },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'images-server-'));
      await fillCache(join(folder, 'cache'), count);
      const startedMs = performance.now();
      const server = await startServer({ RENDER_PROCESSES: '1' }, { folder });
      const listeningMs = performance.now() - startedMs;
      const { hash } = await upload(server.url, picture);
      expect((await get(`${server.url}/image/${hash}/resize/10x`)).status).toBe(200);
      const servedMs = performance.now() - startedMs;
      await server.stop();
      expect(listeningMs).toBeLessThan(4000);
      return {
        times: 1,
        held: `listens after ${Math.ceil(listeningMs)} ms, has taken an upload and made a variant of it after ${Math.ceil(servedMs)} ms`,
      };
    },
  );
});

async function fillCache(directory: string, count: number): Promise<void> {
  const bytes = Buffer.alloc(100);
  for (let index = 0; index < count; index += 1) {
    const number = index.toString(16).padStart(38, '0');
    const group = `${(index % 256).toString(16).padStart(2, '0')}${number}`;
    const key = entryKey(group, 'a'.repeat(40));
    const path = join(directory, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, encodeEntry(key, { bytes, meta: { format: 'jpeg' } }));
  }
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

describe('a log that nobody takes', () => {
  fault({ id: 'F28', injected: 'the reader of the log gone' }, async () => {
    const server = await startServer({ RENDER_PROCESSES: '1', LOG_LEVEL: 'debug' });
    server.child.stdout?.destroy();
    const held = await serves(server.url);
    await killServer(server);
    return held;
  });

  fault({ id: 'F28', injected: 'a log on a full disk (/dev/full)' }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'images-server-'));
    const port = await freePort();
    const words = ['-c', 'exec "$@" > /dev/full 2> /dev/full', 'sh', process.execPath, MAIN];
    const env = {
      PATH: process.env.PATH,
      PORT: String(port),
      CACHE_MIN_FREE_BYTES: '0',
      RENDER_PROCESSES: '1',
    };
    const child = spawn('sh', words, { cwd: folder, env, stdio: 'ignore' });
    const exited = once(child, 'exit');
    try {
      const url = `http://127.0.0.1:${port}`;
      await eventually(
        'the server listens',
        async () => (await fetch(`${url}/health`).catch(() => undefined))?.status === 200,
      );
      return await serves(url);
    } finally {
      child.kill('SIGTERM');
      expect((await exited)[0]).toBe(0);
      await rm(folder, { recursive: true });
    }
  });
});

async function serves(url: string): Promise<{ times: number; held: string }> {
  const count = times({ short: 200, long: 20_000 });
  const { hash } = await upload(url, picture);
  for (let round = 0; round < count; round += 1) {
    expect((await get(`${url}/image/${hash}/resize/${1 + (round % 250)}x`)).status).toBe(200);
  }
  return { times: count, held: 'every request is answered' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
