import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get } from '../client.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault } from './support/fault.ts';
import { exchange, statusesOf } from './support/raw-socket.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** A request of these lines, with a Host and an end to its connection. */
function request(first: string, ...lines: readonly string[]): string {
  return [`${first} HTTP/1.1`, 'Host: pictures.example', 'Connection: close', ...lines, '', ''].join('\r\n');
}

const MANY = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: 1`);
const MULTIPART = 'Content-Type: multipart/form-data; boundary=x';
const HASH = 'a'.repeat(40);

const TABLE: readonly (readonly [string, string, readonly number[]])[] = [
  [
    'a length and chunks',
    `${request('POST /upload', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    [400],
  ],
  [
    'chunks and a length',
    `${request('POST /upload', 'Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n`,
    [400],
  ],
  [
    'two different lengths',
    `${request('POST /upload', 'Content-Length: 5', 'Content-Length: 6')}hello`,
    [400],
  ],
  [
    'the same length twice',
    `${request('POST /upload', 'Content-Length: 5', 'Content-Length: 5')}hello`,
    [400],
  ],
  ['a space before the colon of the length', `${request('POST /upload', 'Content-Length : 5')}hello`, [400]],
  ['a length with a sign', `${request('POST /upload', 'Content-Length: +5')}hello`, [400]],
  [
    'a length beyond all numbers',
    `${request('POST /upload', `Content-Length: ${'9'.repeat(30)}`)}hello`,
    [400],
  ],
  [
    'an unknown transfer encoding',
    `${request('POST /upload', 'Transfer-Encoding: xchunked')}0\r\n\r\n`,
    [400],
  ],
  [
    'a transfer encoding after chunked',
    `${request('POST /upload', 'Transfer-Encoding: chunked, identity')}0\r\n\r\n`,
    [400],
  ],
  [
    'chunked after a vertical tab',
    `${request('POST /upload', 'Transfer-Encoding: \x0bchunked')}0\r\n\r\n`,
    [400],
  ],
  ['lines that end with LF alone', 'GET /health HTTP/1.1\nHost: a\nConnection: close\n\n', [400]],
  ['a folded header', request('GET /health', 'X-A: a', '\tb'), [400]],
  ['a NUL in a header', request('GET /health', 'X-A: a\0b'), [400]],
  ['a CR in a header', request('GET /health', 'X-A: a\rb'), [400]],
  ['two Host headers', request('GET /health', 'Host: evil.example'), [400]],
  ['no Host header', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', [400]],
  ['an absolute target', request('GET http://evil.example/health'), [400]],
  ['a target without a slash', request('GET health'), [400]],
  ['a fragment', request('GET /health#x'), [400]],
  ['a space in the target', request('GET /hea lth'), [400]],
  ['a body on GET', `${request('GET /health', 'Content-Length: 5')}hello`, [400]],
  ['chunks on GET', `${request('GET /health', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`, [400]],
  ['a body on DELETE', `${request(`DELETE /image/${HASH}`, 'Content-Length: 5')}hello`, [400]],
  [
    'a request hidden in a body',
    `${request('GET /health', 'Content-Length: 60')}${request('DELETE /image/x')}`,
    [400],
  ],
  [
    'a chunk size that is no number',
    `${request('POST /upload', MULTIPART, 'Transfer-Encoding: chunked')}zz\r\nhello\r\n0\r\n\r\n`,
    [400],
  ],
  [
    'a chunk size beyond all numbers',
    `${request('POST /upload', MULTIPART, 'Transfer-Encoding: chunked')}${'f'.repeat(17)}\r\nhello\r\n0\r\n\r\n`,
    [400],
  ],
  [
    'chunks that end with LF alone',
    `${request('POST /upload', MULTIPART, 'Transfer-Encoding: chunked')}5\nhello\n0\n\n`,
    [400],
  ],
  ['a header of 20 kB', request('GET /health', `X-A: ${'a'.repeat(20_000)}`), [431]],
  ['101 headers', request('GET /health', ...MANY(99)), [431]],
  ['2,500 headers', request('GET /health', ...MANY(2500)), [431]],
  ['an address of 5 kB', request(`GET /image/${'a'.repeat(5000)}`), [414]],
  ['an address of 50 kB', request(`GET /image/${'a'.repeat(50_000)}`), [414]],
  ['HTTP/1.0', 'GET /health HTTP/1.0\r\n\r\n', [200]],
  ['HTTP/0.9', 'GET /health\r\n\r\n', [400]],
  ['HTTP/2.0 in a line of HTTP/1', 'GET /health HTTP/2.0\r\nHost: a\r\n\r\n', [400]],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['the hello of TLS', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', [400]],
  ['bytes that are nothing', '\0\xff\xfe\x80\r\n\r\n', [400]],
  ['a header named __proto__', request('GET /health', '__proto__: 1', 'constructor: 1'), [200]],
  ['an unknown expectation', request('GET /health', 'Expect: x'), [200]],
  ['an upgrade to HTTP/2', request('GET /health', 'Upgrade: h2c'), [200]],
  ['two requests at once', `GET /health HTTP/1.1\r\nHost: a\r\n\r\n${request('GET /health')}`, [200, 200]],
];

describe('requests that two servers in a row might read differently', () => {
  for (const [injected, bytes, statuses] of TABLE) {
    fault({ id: 'H1', injected }, async () => {
      const answers = await exchange(portOf(server), bytes);
      expect(statusesOf(answers)).toEqual(statuses);
      const isRefusal = (statuses[0] ?? 0) >= 400;
      if (isRefusal) expect(answers.toLowerCase()).toContain('connection: close');
      return { times: 1, held: isRefusal ? `${statuses[0]}, and the connection ends` : statuses.join(', ') };
    });
  }
});

describe('methods', () => {
  const ROUTES = {
    '/upload': 'POST',
    [`/image/${HASH}`]: 'GET, HEAD, DELETE',
    '/external': 'GET, HEAD',
    '/health': 'GET, HEAD',
  };
  const METHODS = ['PUT', 'PATCH', 'TRACE', 'OPTIONS', 'PROPFIND', 'PURGE', 'LINK'];
  fault({ id: 'H8', injected: `${METHODS.join(', ')} on every route` }, async () => {
    let count = 0;
    for (const [target, allowed] of Object.entries(ROUTES)) {
      for (const method of METHODS) {
        const answer = await exchange(portOf(server), request(`${method} ${target}`));
        expect(statusesOf(answer)).toEqual([405]);
        expect(answer).toContain(`allow: ${allowed}\r\n`);
        count += 1;
      }
    }
    return { times: count, held: '405 with what is allowed there' };
  });

  fault({ id: 'H8', injected: 'CONNECT, and methods that nobody knows' }, async () => {
    const lines = [
      'CONNECT evil.example:80',
      'CONNECT /health',
      'FOO /health',
      'GETS /health',
      'get /health',
    ];
    const statuses: number[] = [];
    for (const line of lines) {
      const answer = await exchange(portOf(server), request(line));
      statuses.push(...statusesOf(answer));
      if (statusesOf(answer)[0] === 405) expect(answer).toContain('allow: GET, HEAD, POST, DELETE\r\n');
    }
    expect(statuses).toEqual([405, 405, 405, 405, 400]);
    return { times: lines.length, held: '405 with what is allowed, 400 for what is no method at all' };
  });
});

describe('query parameters', () => {
  const ROUTES = [
    '/upload',
    '/process/resize/1x',
    `/image/${HASH}`,
    `/image/${HASH}/resize/1x`,
    `/info/${HASH}`,
    `/explain/image/${HASH}/resize/1x`,
    '/external',
    '/health',
    '/ready',
  ];
  const POSTED = ['/upload', '/process/resize/1x'];
  const QUERIES = [
    'x=1',
    '=',
    'url',
    'url=a&url=b',
    'reset_cache=1&reset_cache=1',
    '__proto__=1',
    'url%00=1',
    '&',
    'a[b]=c',
  ];
  fault({ id: 'K10', injected: 'unknown and repeated parameters on every route' }, async () => {
    let count = 0;
    for (const route of ROUTES) {
      for (const query of QUERIES) {
        const method = POSTED.includes(route) ? 'POST' : 'GET';
        const answer = await exchange(portOf(server), request(`${method} ${route}?${query}`));
        expect([query, ...statusesOf(answer)]).toEqual([query, 400]);
        count += 1;
      }
    }
    return { times: count, held: '400, each of them' };
  });
});

describe('the server after all that', () => {
  fault({ id: 'H7', injected: 'nothing more' }, async () => {
    expect((await get(`${server.url}/health`)).status).toBe(200);
    expect(server.child.exitCode).toBeNull();
    expect(server.log.filter(({ status }) => status === 500)).toEqual([]);
    return { times: 1, held: 'the same process answers, and no answer was a 500' };
  });
});

function portOf({ url }: ServerProcess): number {
  return Number(new URL(url).port);
}
