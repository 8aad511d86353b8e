import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, type NginxFront, startNginx } from './nginx-front.ts';
import { rawRequest } from './raw-http.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** nginx counts in whole seconds: what it keeps for one may last two. */
const WITHIN = { timeout: 5_000 };

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A scripted server behind a real nginx; `targets` are the requests that came through, as they came. */
async function behindNginx(
  handler: Handler,
  options: { keepSeconds: number } = { keepSeconds: 60 },
): Promise<{ port: number; targets: string[]; server: Server; nginx: NginxFront }> {
  const targets: string[] = [];
  const server = createServer((request, response) => {
    targets.push(`${request.method} ${request.url}`);
    request.resume();
    handler(request, response, targets.length);
  }).listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => closed(server));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const nginx = await startNginx({ upstreamPort: address.port, keepSeconds: options.keepSeconds });
  cleanups.push(() => nginx.stop());
  return { port: nginx.port, targets, server, nginx };
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

const FOR_A_YEAR = {
  'Cache-Control': 'public, max-age=31536000, immutable',
  ETag: '"key"',
  'X-Cache': 'miss',
};

const answerPicture: Handler = (request, response) => {
  response.writeHead(200, { 'Content-Type': 'image/webp', 'Content-Length': 7, ...FOR_A_YEAR });
  response.end(request.method === 'HEAD' ? undefined : 'picture');
};

describe('deploy/nginx.conf', () => {
  it('keeps a picture and answers the second request by itself', async () => {
    const { port, targets } = await behindNginx(answerPicture);
    const first = await rawRequest(port, { target: '/image/aa/resize/40x40' });
    const second = await rawRequest(port, { target: '/image/aa/resize/40x40' });
    expect(first.headers.get('x-cache')).toBe('miss');
    expect(second.headers.get('x-cache')).toBe('hit');
    expect(second.headers.get('cache-control')).toBe(FOR_A_YEAR['Cache-Control']);
    expect(second.body.toString()).toBe('picture');
    expect(targets).toHaveLength(1);
  });

  it('answers 304 by itself to a client that holds the picture', async () => {
    const { port, targets } = await behindNginx(answerPicture);
    await rawRequest(port, { target: '/image/aa' });
    const again = await rawRequest(port, { target: '/image/aa', headers: { 'If-None-Match': '"key"' } });
    expect(again.status).toBe(304);
    expect(targets).toHaveLength(1);
  });

  it('asks once for 200 clients that want the same new picture', async () => {
    const waiting: ServerResponse[] = [];
    const { port, targets, server } = await behindNginx((_request, response) => waiting.push(response));
    const arrived = once(server, 'request');
    const clients = Array.from({ length: 200 }, () => rawRequest(port, { target: '/image/aa/resize/1x' }));
    await arrived;
    // A request for another picture has gone all the way: those sent before it have been read.
    const other = rawRequest(port, { target: '/image/bb' });
    await once(server, 'request');
    for (const response of waiting) answerPicture(response.req, response, 0);
    const answers = await Promise.all(clients);
    await other;
    expect(answers.every((answer) => answer.body.toString() === 'picture')).toBe(true);
    expect(targets.filter((target) => target === 'GET /image/aa/resize/1x')).toHaveLength(1);
  });

  it.each([400, 403, 413, 415, 422, 429, 500, 502, 503, 504, 507])('does not keep a %i', async (status) => {
    const { port, targets } = await behindNginx((request, response, count) => {
      if (count > 1) return answerPicture(request, response, count);
      response.writeHead(status, { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' });
      response.end('{"status":"error"}');
    });
    const first = await rawRequest(port, { target: '/image/aa/resize/1x' });
    const second = await rawRequest(port, { target: '/image/aa/resize/1x' });
    expect(first.status).toBe(status);
    expect(first.body.toString()).toBe('{"status":"error"}');
    expect(second.status).toBe(200);
    expect(targets).toHaveLength(2);
  });

  it('keeps nothing for longer than its time, however long a browser may', async () => {
    const { port, targets } = await behindNginx(answerPicture, { keepSeconds: 1 });
    await rawRequest(port, { target: '/image/aa' });
    await expect
      .poll(() => rawRequest(port, { target: '/image/aa' }).then(() => targets.length), WITHIN)
      .toBeGreaterThan(1);
  });

  it('renews what is out of date by its ETag', async () => {
    const { port, targets } = await behindNginx(
      (request, response, count) => {
        if (request.headers['if-none-match'] !== '"key"') return answerPicture(request, response, count);
        response.writeHead(304, FOR_A_YEAR).end();
      },
      { keepSeconds: 1 },
    );
    await rawRequest(port, { target: '/image/aa' });
    const answer = () => rawRequest(port, { target: '/image/aa' });
    await expect
      .poll(async () => [(await answer()).body.toString(), targets.length > 1], WITHIN)
      .toEqual(['picture', true]);
  });

  it('puts a 404 in the place of a picture that was deleted, for good', async () => {
    let deleted = false;
    const { port, server } = await behindNginx(
      (request, response, count) => {
        if (!deleted) return answerPicture(request, response, count);
        response.writeHead(404, { 'Cache-Control': 'no-store' }).end();
      },
      { keepSeconds: 1 },
    );
    const status = () => rawRequest(port, { target: '/image/aa' }).then((answer) => answer.status);
    expect(await status()).toBe(200);
    deleted = true;
    await expect.poll(status, WITHIN).toBe(404);
    await closed(server);
    expect(await status()).toBe(404);
  });

  it('answers what it has, out of date as it is, while the server is away', async () => {
    const { port, targets, server } = await behindNginx(answerPicture, { keepSeconds: 1 });
    const answer = () => rawRequest(port, { target: '/image/aa' });
    await answer();
    await closed(server);
    await expect.poll(() => answer().then(({ headers }) => headers.get('x-cache')), WITHIN).toBe('stale');
    expect((await answer()).body.toString()).toBe('picture');
    expect(targets).toHaveLength(1);
  });

  it('says in the words of the server that the server is away', async () => {
    const { port, server } = await behindNginx(answerPicture);
    await closed(server);
    const answer = await rawRequest(port, { target: '/image/aa' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(JSON.parse(answer.body.toString())).toMatchObject({ status: 'error', code: 'unreachable' });
  });

  it('has one entry however a client calls the host', async () => {
    const { port, targets } = await behindNginx(answerPicture);
    await rawRequest(port, { target: '/image/aa', headers: { Host: 'one.example' } });
    const other = await rawRequest(port, { target: '/image/aa', headers: { Host: 'two.example' } });
    expect(other.headers.get('x-cache')).toBe('hit');
    expect(targets).toHaveLength(1);
  });

  it('keeps HEAD and GET apart', async () => {
    const { port, targets } = await behindNginx(answerPicture);
    const head = await rawRequest(port, { method: 'HEAD', target: '/image/aa' });
    const get = await rawRequest(port, { target: '/image/aa' });
    expect([head.status, head.headers.get('content-length'), head.body.byteLength]).toEqual([200, '7', 0]);
    expect(get.body.toString()).toBe('picture');
    expect(targets).toEqual(['HEAD /image/aa', 'GET /image/aa']);
  });

  it.each([
    [
      'a request with credentials',
      { target: '/image/aa', headers: { Authorization: 'Bearer x' } },
      FOR_A_YEAR,
    ],
    ['a forced download', { target: '/external?url=http://a.example/b.png&reset_cache=1' }, FOR_A_YEAR],
    ['what the server says is not to be kept', { target: '/image/aa' }, { 'Cache-Control': 'no-store' }],
    [
      'a remote picture that is fresh for 59 s',
      { target: '/external?url=http://a.example/b.png' },
      { 'Cache-Control': 'public, max-age=59' },
    ],
    ['anything but pictures', { target: '/health' }, FOR_A_YEAR],
  ])('passes on every time: %s', async (_name, request, headers) => {
    const { port, targets } = await behindNginx((_request, response) => {
      response.writeHead(200, headers).end('picture');
    });
    await rawRequest(port, request);
    await rawRequest(port, request);
    expect(targets).toHaveLength(2);
  });

  it.each([
    '/image/aa/resize/300x200%3E/crop/n100x100',
    '/image/aa/resize/300x200>',
    '/image/aa/resize/300x200^',
    '/image/aa/resize/50%25',
    '/image/aa/resize/40%2560%25!/format/png',
    '/image//aa',
    '/image/aa/',
    '/image/aa%2Fresize%5C%2e',
    '/image/./aa/../bb',
    '/image/%2e%2e/upload',
    '/image/<>"{}|`',
    '/external?url=http%3A%2F%2Fa.example%2Fb+c.png&operations=resize/50%25/crop/n1x1+2+3',
    '//image/aa',
    '/?',
  ])('hands %s over as it was sent', async (target) => {
    const { port, targets } = await behindNginx(answerPicture);
    await rawRequest(port, { target });
    expect(targets).toEqual([`GET ${target}`]);
  });

  it('refuses a bare % itself and says how to write it', async () => {
    const { port, targets } = await behindNginx(answerPicture);
    const answer = await rawRequest(port, { target: '/image/aa/resize/50%' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ status: 'error', code: 'bad_request' });
    expect(answer.body.toString()).toContain('%25');
    expect(targets).toHaveLength(0);
  });

  it('passes on DELETE and POST, their bodies and credentials', async () => {
    const bodies: string[] = [];
    const { port } = await behindNginx((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        bodies.push(`${request.method} ${request.headers.authorization} ${Buffer.concat(parts)}`);
        response.writeHead(200).end();
      });
    });
    const headers = { Authorization: 'Bearer secret' };
    await rawRequest(port, { method: 'POST', target: '/upload', headers, body: Buffer.from('file') });
    await rawRequest(port, { method: 'DELETE', target: '/image/aa', headers });
    expect(bodies).toEqual(['POST Bearer secret file', 'DELETE Bearer secret ']);
  });

  it('never sends an upload twice', async () => {
    const { port, targets } = await behindNginx((request, response, count) => {
      if (count === 1) return answerPicture(request, response, count);
      request.on('end', () => request.socket.destroy());
    });
    // The first leaves a kept connection behind, the kind on which a proxy is tempted to try again.
    await rawRequest(port, { target: '/health' });
    const answer = await rawRequest(port, { method: 'POST', target: '/upload', body: Buffer.from('file') });
    expect(answer.status).toBe(503);
    expect(targets).toEqual(['GET /health', 'POST /upload']);
  });

  it('lets through what the default limit of an upload allows, and no more', async () => {
    const lengths: number[] = [];
    const { port } = await behindNginx((request, response) => {
      let length = 0;
      request.on('data', (part) => {
        length += part.length;
      });
      request.on('end', () => {
        lengths.push(length);
        response.end();
      });
    });
    const send = (bytes: number) =>
      rawRequest(port, { method: 'POST', target: '/upload', body: Buffer.alloc(bytes) });
    expect((await send(20 * 1024 ** 2 + 4096)).status).toBe(200);
    const refused = await send(22 * 1024 ** 2);
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ status: 'error', code: 'too_many_bytes' });
    expect(lengths).toEqual([20 * 1024 ** 2 + 4096]);
  });
});
