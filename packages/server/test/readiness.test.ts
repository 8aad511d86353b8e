import { rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, upload } from './client.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'debug' });
});
afterAll(() => server.stop());

describe('the log line of a request', () => {
  it('has the code of an error, the bytes and the client', async () => {
    await get(`${server.url}/image/none/resise/1`);
    const line = await server.waitForLog(({ target }) => target === '/image/none/resise/1');
    expect(line).toMatchObject({ status: 404, code: 'not_found', client: '127.0.0.1' });
    expect(line.bytes).toBeGreaterThan(50);
  });

  it('is written for a client that leaves before its answer, too', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /upload HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=x\r\n');
    socket.write(
      'content-length: 1000\r\n\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n',
    );
    await server.waitForLog(({ msg }) => msg === 'starting multipart parsing');
    socket.destroy();
    const line = await server.waitForLog(({ code, msg }) => code === 'client_gone' && msg === 'request');
    expect(line).toMatchObject({ status: 499, target: '/upload', bytes: 0 });
  });
});

describe('GET /health', () => {
  it('tells the versions of the server and of what decodes', async () => {
    const health = (await get(`${server.url}/health`)).json();
    expect(health).toEqual({
      status: 'ok',
      versions: {
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        node: process.versions.node,
        sharp: expect.stringMatching(/^\d+\.\d+\.\d+/),
        libvips: expect.any(String),
        libheif: expect.any(String),
      },
    });
  });
});

describe('GET /ready', () => {
  it('is green as soon as there is a render process', async () => {
    await expect.poll(async () => (await get(`${server.url}/ready`)).status).toBe(200);
    const { status, bytes } = await get(`${server.url}/ready`);
    expect([status, bytes.toString('utf8')]).toEqual([200, '{"status":"ready"}']);
  });

  it('turns red, with the reason, when an upload could not be stored; what is there is served on', async () => {
    const picture = await photo(64, 48).jpeg().toBuffer();
    const { url } = await upload(server.url, picture);
    const folder = join(server.folder, 'uploads', '.tmp');
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'a file where the store wants its folder');
    try {
      const refused = await postFile(server.url, picture);
      expect([refused.status, await refused.json()]).toEqual([
        503,
        { status: 'error', message: expect.any(String), code: 'storage_failed' },
      ]);
      const ready = await get(`${server.url}/ready`);
      expect([ready.status, ready.json()]).toEqual([
        503,
        { status: 'unready', reasons: ['the store of the originals cannot be written'] },
      ]);
      expect((await get(`${server.url}/health`)).status).toBe(200);
      expect((await get(`${server.url}${url}/resize/20x`)).status).toBe(200);
      const { bytes } = await get(`${server.url}/metrics`);
      expect(bytes.toString('utf8')).toMatch(/^images_ready 0$/m);
      const line = await server.waitForLog(({ msg }) => msg === 'the storage failed');
      expect(line).toMatchObject({ level: 'warn', err: { code: 'storage_failed' } });
    } finally {
      await rm(folder);
      await rename(`${folder}-away`, folder);
    }
  });
});
