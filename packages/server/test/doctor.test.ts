import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from './server-process.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-server-'));
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

async function doctor(
  env: Record<string, string>,
  ...words: string[]
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN, 'doctor', ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, CACHE_MIN_FREE_BYTES: '0', RENDER_MEMORY_BYTES: '64mb', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** A proxy in front of the server that changes targets, or keeps answers' words to itself. */
async function startFront(options: { target?: (target: string) => string; answersItself?: boolean }) {
  const { target = (given) => given, answersItself = false } = options;
  const front = createServer((request, response) => {
    httpRequest(server.url + target(request.url ?? ''), { method: request.method ?? 'GET' }, (answer) => {
      if (answersItself && (answer.statusCode ?? 0) >= 400) {
        answer.resume();
        response.writeHead(answer.statusCode ?? 502).end('<h1>sorry</h1>');
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => front.close() };
}

describe('images-server doctor', () => {
  it('looks at versions, limits, disks and settings', async () => {
    const { code, output } = await doctor({ MALLOC_ARENA_MAX: '2' });
    expect(output).toContain(`ok       Node.js: ${process.versions.node}`);
    for (const subject of ['libraries: sharp ', 'settings: can be read', 'memory: ', 'fsync: ', 'clock: ']) {
      expect(output).toContain(`ok       ${subject}`);
    }
    expect(output).toContain('glibc with MALLOC_ARENA_MAX=2');
    expect(output).toContain(`free in ${folder}/uploads`);
    expect([code, output.trim().split('\n').at(-1)]).toEqual([0, expect.stringMatching(/^0 problems, /)]);
  });

  it('says what to change', async () => {
    const { output } = await doctor({ SHUTDOWN_DEADLINE_MS: '1000' });
    expect(output).toContain('advice   SHUTDOWN_DEADLINE_MS: 1000 ms, but a request may take 15000 ms');
    expect(output).toContain('-> set it to 15000 or more');
    expect(output).toContain('advice   EXTERNAL: anybody may');
    expect(output).toContain('-> set TRUSTED_PROXIES=127.0.0.1, if there is one');
    expect(output).toContain('-> start the server with MALLOC_ARENA_MAX=2');
  });

  it('knows doors that are left open to others', async () => {
    const open = await doctor({ HOST: '0.0.0.0', AUTH: 'open' });
    for (const name of ['AUTH: open on 0.0.0.0', 'METRICS: whoever', 'EXTERNAL: anybody']) {
      expect(open.output).toContain(`advice   ${name}`);
    }
    const closed = await doctor({
      HOST: '0.0.0.0',
      API_KEYS: 'a-key-of-sixteen-characters',
      METRICS: 'off',
      EXTERNAL: 'off',
    });
    expect(closed.output).not.toMatch(/(?:AUTH|METRICS|EXTERNAL|TRUSTED_PROXIES): /);
  });

  it('ends with 1 where settings ask for more memory than there is, or are wrong', async () => {
    const greedy = await doctor({ RENDER_MEMORY_BYTES: '100000gb' });
    expect([greedy.code, greedy.output]).toEqual([1, expect.stringContaining('problem  memory: up to')]);
    const wrong = await doctor({ PORT: 'five thousand' });
    expect([wrong.code, wrong.output]).toEqual([
      1,
      expect.stringContaining('problem  PORT: is not a whole number'),
    ]);
  });

  it('finds nothing wrong with a front that passes everything on', async () => {
    const front = await startFront({});
    const { code, output } = await doctor({}, '--url', front.url);
    front.close();
    expect(output).toContain(`ok       address: ${front.url} answers`);
    for (const line of [
      'ready: yes',
      'paths: arrive as they were sent',
      'errors: pass, and nobody keeps them',
    ]) {
      expect(output).toContain(`ok       ${line}`);
    }
    expect(output).toContain('advice   metrics: can be read by everybody');
    expect(code).toBe(0);
  });

  it.each([
    [
      'merges slashes',
      { target: (target: string) => target.replace(/\/+/g, '/') },
      'problem  paths: are changed on their way',
    ],
    ['has its own words for errors', { answersItself: true }, 'problem  errors: come from somebody else'],
  ])('finds a front that %s', async (_, options, line) => {
    const front = await startFront(options);
    const { code, output } = await doctor({}, '--url', front.url);
    front.close();
    expect([code, output]).toEqual([1, expect.stringContaining(line)]);
  });

  it('finds that nobody answers', async () => {
    const { code, output } = await doctor({}, '--url', 'http://127.0.0.1:9');
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('problem  address: http://127.0.0.1:9 does not answer'),
    ]);
  });

  it('complains about an address that is none', async () => {
    const { code, output } = await doctor({}, '--url', 'example.com/pictures');
    expect([code, output]).toEqual([2, expect.stringContaining('expected http(s)://<host>')]);
  });
});
