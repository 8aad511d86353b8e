import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, upload } from '../client.ts';
import { plain } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { inMegabytes, rssBytes } from './support/memory.ts';
import { exchange, statusesOf } from './support/raw-socket.ts';

let server: ServerProcess;
let hash: string;

beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'info', RENDER_PROCESSES: '2' });
  hash = (await upload(server.url, await plain(40, 30, [20, 140, 40]).png().toBuffer())).hash;
});
afterAll(() => server.stop());

const WORDS = [
  'resize',
  'crop',
  'rotate',
  'flip',
  'filter',
  'format',
  'quality',
  'dpr',
  'page',
  'trim',
  'pad',
  'text',
  'watermark',
  'preset',
  'background',
  'round',
];
const ARGUMENTS = [
  '10x',
  'x10',
  '10x10!',
  '0x0',
  '-1x',
  '1e9x',
  '99999x99999',
  '50%',
  '%',
  '',
  'c10x10',
  'smart10x10',
  'auto',
  'webp',
  'gif',
  '0',
  '360',
  '-0.5',
  'NaN',
  'blur:1',
  'blur:1e9',
  '1,2,3',
  '..',
  '%00',
  '%ff',
  '+',
  'a/b',
  '🙂',
  '"',
  "'",
  '<script>',
];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 8 }));
const argument = fc.oneof(fc.constantFrom(...ARGUMENTS), fc.string({ maxLength: 12 }));
const recipe = fc.array(fc.tuple(word, argument), { maxLength: 6 }).map((pairs) => pairs.flat().join('/'));
const name = fc.oneof(fc.constantFrom('HASH', 'a'.repeat(40), 'x', ''), fc.string({ maxLength: 45 }));
const target = fc.oneof(
  fc.tuple(name, recipe).map(([picture, steps]) => `/image/${picture}/${steps}`),
  fc.tuple(name, recipe).map(([picture, steps]) => `/explain/image/${picture}/${steps}`),
  name.map((picture) => `/info/${picture}`),
  fc.tuple(fc.webUrl(), recipe).map(([url, steps]) => `/external?url=${url}&operations=${steps}`),
  fc
    .tuple(fc.constantFrom('127.0.0.1', '[::1]', '10.0.0.1'), fc.string({ maxLength: 20 }))
    .map(([host, path]) => `/external?url=http://${host}/${path}`),
  fc.string({ maxLength: 40 }).map((text) => `/${text}`),
  fc.constantFrom(
    '/health',
    '/ready',
    '/upload',
    '/external',
    '/',
    '/metrics',
    '/openapi.json',
    '/favicon.ico',
  ),
);
const header = fc.tuple(
  fc.constantFrom(
    'Accept',
    'Range',
    'If-None-Match',
    'Authorization',
    'Content-Type',
    'DPR',
    'X-Forwarded-For',
    '__proto__',
    'Cookie',
    'Expect',
  ),
  fc.string({ maxLength: 30 }),
);
const request = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'OPTIONS', 'FOO'),
  target,
  headers: fc.array(header, { maxLength: 4 }),
  body: fc.option(fc.string({ maxLength: 60 }), { freq: 5 }),
});

/** As bytes: what no header may hold is left in now and then, for that is a request too. */
function bytesOf({
  method,
  target: path,
  headers,
  body,
}: typeof request extends fc.Arbitrary<infer Request> ? Request : never): string {
  const sent = path.replace('HASH', hash);
  const lines = headers.map(([key, value]) => `${key}: ${value}\r\n`).join('');
  const length = body === null ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const head = `${method} ${sent} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${length}${lines}\r\n`;
  return Buffer.from(head + (body ?? ''), 'utf8').toString('latin1');
}

const AT_ONCE = 8;
/** DELETE of the one picture that there is must not end the fun. */
const isHarmless = (bytes: string) => !bytes.startsWith(`DELETE /image/${hash}`);

describe('random requests', () => {
  fault({ id: 'H7', injected: 'requests with random methods, targets, headers and bodies' }, async () => {
    const count = times({ short: 5000, long: 50_000 });
    const port = Number(new URL(server.url).port);
    const statuses = new Map<number, number>();
    let rssHalfway = 0;
    let sent = 0;
    const work = fc.sample(request, { numRuns: count, seed: 20 })[Symbol.iterator]();
    const sendAll = async () => {
      for (const next of work) {
        const bytes = bytesOf(next);
        const [status = 0] = isHarmless(bytes)
          ? statusesOf(await exchange(port, bytes, { quietMs: 20_000 }))
          : [404];
        // Of an upload that was never one nobody hears 500 either.
        if (status === 0 || status === 500) throw new Error(`${status} for ${JSON.stringify(bytes)}`);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        sent += 1;
        if (sent === Math.floor(count / 2)) rssHalfway = rssBytes(server.pid);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sendAll));
    const growth = rssBytes(server.pid) - rssHalfway;
    expect(growth).toBeLessThan(64 * 1024 ** 2);
    expect((await get(`${server.url}/image/${hash}`)).status).toBe(200);
    expect(server.child.exitCode).toBeNull();
    const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, seen]) => `${seen} x ${status}`);
    return {
      times: sent,
      held: `the same process answers: ${counts.join(', ')}; in the second half it grew by ${inMegabytes(Math.max(0, growth))}`,
    };
  });
});
