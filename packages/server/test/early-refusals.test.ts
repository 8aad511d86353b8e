import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get } from './client.ts';
import { rawRequest } from './raw-http.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ UPLOAD_MAX_BYTES: '1mb' });
});
afterAll(() => server.stop());

/** Sends a whole body, whatever comes back meanwhile; resolves with the status, rejects where the connection breaks. */
async function send(path: string, headers: Record<string, string>, body: Buffer): Promise<number> {
  const outgoing = request(server.url + path, { method: 'POST', headers });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  response.resume();
  return response.statusCode;
}

const CRLF = '\r\n';
function multipart(field: string, bytes: number): { headers: Record<string, string>; body: Buffer } {
  const head = ['--x', `Content-Disposition: form-data; name="${field}"; filename="a"`, '', ''].join(CRLF);
  const body = Buffer.concat([Buffer.from(head), Buffer.alloc(bytes, 1), Buffer.from(`${CRLF}--x--${CRLF}`)]);
  return { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body };
}

describe('a request that is refused while its body is still coming', () => {
  it.each([
    ['too large', () => multipart('file', 8 * 1024 * 1024), 413],
    ['in the wrong field', () => multipart('other', 8 * 1024 * 1024), 400],
    [
      'not multipart',
      () => ({ headers: { 'content-type': 'text/plain' }, body: Buffer.alloc(8 * 1024 * 1024) }),
      400,
    ],
  ])('gets its answer and not a reset: %s', async (_name, make, status) => {
    for (let round = 0; round < 5; round += 1) {
      const { headers, body } = make();
      expect(await send('/upload', headers, body)).toBe(status);
    }
    expect((await get(`${server.url}/health`)).status).toBe(200);
  });

  it('is refused for its method where no route has it, for its body where a body means nothing', async () => {
    const statusOf = async (method: string, path: string) =>
      (await fetch(server.url + path, { method, body: 'a=b' })).status;
    expect(await statusOf('PUT', '/upload')).toBe(405);
    expect(await statusOf('PATCH', '/health')).toBe(405);
    expect(await statusOf('PUT', '/nothing')).toBe(404);
    expect(await statusOf('DELETE', `/image/${'0'.repeat(40)}`)).toBe(400);
  });
});

describe('a path that is none of the routes', () => {
  it.each([
    ['/', 404],
    ['/nothing', 404],
    ['//', 400],
    ['/nothing/', 400],
    ['/image/', 400],
  ])('%s is a %i', async (path, status) => {
    expect((await get(server.url + path)).status).toBe(status);
  });
});

describe('an expectation that nobody knows', () => {
  it('is passed over', async () => {
    const port = Number(new URL(server.url).port);
    const answer = await rawRequest(port, { target: '/health', headers: { Expect: 'a-miracle' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
  });
});
