import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(320, 240).jpeg().toBuffer();
  server = await startServer();
});
afterAll(() => server.stop());

/** Asked for so often that it is answered without the router. */
async function hotVariant(): Promise<{ url: string; pictureUrl: string; bytes: Buffer; etag: string }> {
  const { url: path } = await upload(server.url, picture);
  const url = `${server.url}${path}/resize/100x`;
  await get(url);
  await get(url);
  const hot = await get(url);
  expect(hot.headers.get('server-timing')).toBe('memory;dur=0.0');
  return { url, pictureUrl: server.url + path, bytes: hot.bytes, etag: hot.headers.get('etag') ?? '' };
}

describe('a variant that everybody asks for', () => {
  it('has the headers and the bytes that it had before', async () => {
    const { url: path } = await upload(server.url, picture);
    const url = `${server.url}${path}/resize/90x`;
    await get(url);
    const [hit, hot] = [await get(url), await get(url)];
    expect(hot.bytes.equals(hit.bytes)).toBe(true);
    const headersOf = ({ headers }: typeof hit) =>
      Object.fromEntries([...headers].filter(([name]) => name !== 'date' && name !== 'server-timing'));
    expect(headersOf(hot)).toEqual(headersOf(hit));
  });

  it('is gone with its picture', async () => {
    const { url, pictureUrl } = await hotVariant();
    expect((await get(pictureUrl, { method: 'DELETE' })).status).toBe(200);
    expect((await get(url)).status).toBe(404);
  });

  it('still answers conditions and HEAD', async () => {
    const { url, etag, bytes } = await hotVariant();
    expect((await get(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const head = await get(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  });

  it('is logged like any other answer', async () => {
    const { url } = await hotVariant();
    const target = new URL(url).pathname;
    const isLogged = () => server.log.filter((line) => line.target === target).length === 3;
    const line = await server.waitForLog((entry) => entry.target === target && isLogged());
    expect(line).toMatchObject({ method: 'GET', status: 200, msg: 'request', reqId: expect.any(String) });
  });
});
