import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, upload } from './client.ts';
import { photo as photograph } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let server: ServerProcess;
let photo: Buffer;

beforeAll(async () => {
  photo = await photograph(640, 480).jpeg().toBuffer();
  server = await startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8' });
});
afterAll(() => server.stop());

/** Every file below a folder that belongs to the picture. */
async function traces(hash: string): Promise<string[]> {
  const entries = await readdir(server.folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes(hash.slice(2)));
}

describe('POST /upload', () => {
  it('stores the picture in the layout of old and says what it is', async () => {
    const uploaded = await upload(server.url, photo);
    expect(uploaded).toEqual({
      hash: expect.stringMatching(/^[0-9a-f]{40}$/),
      status: 'success',
      width: 640,
      height: 480,
      format: 'jpeg',
      bytes: photo.length,
      url: `/image/${uploaded.hash}`,
    });
    expect(await traces(uploaded.hash)).toContain(
      join(server.folder, 'uploads', uploaded.hash.slice(0, 2), uploaded.hash.slice(2)),
    );
  });

  it('gives two uploads of one file two hashes, and deleting one leaves the other', async () => {
    const [first, second] = [await upload(server.url, photo), await upload(server.url, photo)];
    expect(first.hash).not.toBe(second.hash);
    expect((await get(`${server.url}/image/${first.hash}`, { method: 'DELETE' })).status).toBe(200);
    expect((await get(`${server.url}/image/${second.hash}`)).bytes.equals(photo)).toBe(true);
  });

  it.each([
    ['no picture', Buffer.from('hello, this is text'), 415, 'not_a_picture'],
    ['nothing', Buffer.alloc(0), 415, 'not_a_picture'],
  ])('refuses %s', async (_name, bytes, status, code) => {
    const response = await postFile(server.url, bytes);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status: 'error', code });
  });

  it('refuses a truncated picture and keeps nothing', async () => {
    const before = await readdir(join(server.folder, 'uploads'), { recursive: true });
    const response = await postFile(server.url, photo.subarray(0, photo.length / 2));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ status: 'error', code: 'broken_picture' });
    expect(await readdir(join(server.folder, 'uploads'), { recursive: true })).toEqual(before);
  });

  it('refuses another field, a second file, and what is not multipart', async () => {
    expect((await postFile(server.url, photo, { field: 'picture' })).status).toBe(400);
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(photo)]), 'a');
    form.append('file', new Blob([new Uint8Array(photo)]), 'b');
    expect((await fetch(`${server.url}/upload`, { method: 'POST', body: form })).status).toBe(400);
    expect((await fetch(`${server.url}/upload`, { method: 'POST', body: 'file=1' })).status).toBe(400);
  });
});

describe('GET /image/<hash>', () => {
  it('answers the stored bytes, their type, ranges and conditions', async () => {
    const { hash } = await upload(server.url, photo);
    const whole = await get(`${server.url}/image/${hash}`);
    expect(whole.bytes.equals(photo)).toBe(true);
    expect(whole.headers.get('content-type')).toBe('image/jpeg');
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
    expect(whole.headers.get('content-security-policy')).toContain('sandbox');
    const etag = whole.headers.get('etag') ?? '';
    expect((await get(`${server.url}/image/${hash}`, { headers: { 'if-none-match': etag } })).status).toBe(
      304,
    );
    const part = await get(`${server.url}/image/${hash}`, { headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(part.bytes.equals(photo.subarray(10, 20))).toBe(true);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${photo.length}`);
  });

  it('refuses ranges outside of it, the last no bytes among them', async () => {
    const { hash } = await upload(server.url, photo);
    for (const range of [`bytes=${photo.length}-`, 'bytes=-00']) {
      const answer = await get(`${server.url}/image/${hash}`, { headers: { range } });
      expect(answer.status).toBe(416);
      expect(answer.json()).toMatchObject({ status: 'error', code: 'range_unsatisfiable' });
      expect(answer.headers.get('content-range')).toBe(`bytes */${photo.length}`);
      expect(answer.headers.get('etag')).toBeNull();
    }
  });

  it('answers 404 for what is not there', async () => {
    const missing = await get(`${server.url}/image/${'0'.repeat(40)}`);
    expect(missing.status).toBe(404);
    expect(missing.json()).toEqual({ status: 'error', message: 'file not found', code: 'not_found' });
    expect(missing.headers.get('cache-control')).toBe('no-store');
  });
});

describe('GET /image/<hash>/<op>/<arg>/...', () => {
  it('makes the variant once and serves it from the cache after that', async () => {
    const { hash } = await upload(server.url, photo);
    const url = `${server.url}/image/${hash}/resize/400x400/crop/n100x100`;
    const first = await get(url);
    expect(first.status).toBe(200);
    expect(first.headers.get('x-cache')).toBe('miss');
    expect(await sharp(first.bytes).metadata()).toMatchObject({ width: 100, height: 100, format: 'jpeg' });
    const second = await get(url);
    expect(second.headers.get('x-cache')).toBe('hit');
    expect(second.bytes.equals(first.bytes)).toBe(true);
    const etag = first.headers.get('etag') ?? '';
    expect((await get(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('answers HEAD like GET, without the body', async () => {
    const { hash } = await upload(server.url, photo);
    for (const path of [`/image/${hash}`, `/image/${hash}/resize/50x`]) {
      const whole = await get(server.url + path);
      const head = await get(server.url + path, { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(head.bytes.length).toBe(0);
      for (const name of ['content-length', 'content-type', 'etag', 'cache-control']) {
        expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
      }
      expect(whole.headers.get('content-length')).toBe(String(whole.bytes.length));
    }
  });

  it('reads percent signs raw and encoded', async () => {
    const { hash } = await upload(server.url, photo);
    for (const argument of ['50%', '50%25', '50%25%3E', '50%>']) {
      const { hostname, port } = new URL(server.url);
      const answer = await rawGet({ hostname, port, path: `/image/${hash}/resize/${argument}` });
      expect([argument, await sharp(answer).metadata()]).toMatchObject([
        argument,
        { width: 320, height: 240 },
      ]);
    }
  });

  it('names the segment that is wrong', async () => {
    const { hash } = await upload(server.url, photo);
    const answer = await get(`${server.url}/image/${hash}/resize/100x/crpo/100x100`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      status: 'error',
      code: 'unknown_operation',
      segment: 'crpo',
      position: 2,
      suggestion: 'crop',
    });
  });

  it('refuses results that are too large before any work', async () => {
    const { hash } = await upload(server.url, photo);
    const answer = await get(`${server.url}/image/${hash}/resize/20000x`);
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'result_too_large' });
  });
});

describe('DELETE /image/<hash>', () => {
  it('removes the picture and every trace of it', async () => {
    const { hash } = await upload(server.url, photo);
    await get(`${server.url}/image/${hash}/resize/300x`);
    const answer = await get(`${server.url}/image/${hash}`, { method: 'DELETE' });
    expect(answer.json()).toEqual({ status: 'success' });
    expect(await traces(hash)).toEqual([]);
    expect((await get(`${server.url}/image/${hash}/resize/300x`)).status).toBe(404);
    expect((await get(`${server.url}/image/${hash}`, { method: 'DELETE' })).json()).toEqual({
      status: 'error',
      message: 'file not found',
      code: 'not_found',
    });
  });

  it('finishes what an earlier one has left half done', async () => {
    const first = await startServer();
    const { hash } = await upload(first.url, photo);
    await get(`${first.url}/image/${hash}/resize/300x`);
    await first.stop({ keepFolder: true });
    const variants = join(first.folder, 'cache', hash.slice(0, 2), hash.slice(2));
    expect(await readdir(variants)).toHaveLength(1);
    // As if the server had been killed between the two.
    await rm(join(first.folder, 'uploads', hash.slice(0, 2), hash.slice(2)));
    const second = await startServer({}, { folder: first.folder });
    expect((await get(`${second.url}/image/${hash}/resize/300x`)).status).toBe(404);
    expect((await get(`${second.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(404);
    await expect(readdir(variants)).rejects.toMatchObject({ code: 'ENOENT' });
    await second.stop();
  });
});

describe('a folder that the ancestor wrote', () => {
  it('is served and deleted from, its old variants too', async () => {
    const hash = `ab${'12'.repeat(19)}`;
    const folder = join(server.folder, 'uploads');
    await mkdir(join(folder, 'ab'), { recursive: true });
    await mkdir(join(folder, 'cache', 'ab'), { recursive: true });
    await writeFile(join(folder, 'ab', hash.slice(2)), photo);
    await writeFile(join(folder, 'cache', 'ab', `${hash.slice(2)}-0123456789abcdef`), photo);
    expect((await get(`${server.url}/image/${hash}`)).bytes.equals(photo)).toBe(true);
    const small = await get(`${server.url}/image/${hash}/resize/64x64`);
    expect(await sharp(small.bytes).metadata()).toMatchObject({ width: 64, height: 48 });
    expect((await get(`${server.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(200);
    expect(await traces(hash)).toEqual([]);
  });
});

describe('GET /external', () => {
  let origin: Server;
  let originUrl: string;
  let requests = 0;

  beforeAll(async () => {
    origin = createServer((_request, response) => {
      requests += 1;
      response.end(photo);
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    originUrl = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/photo.jpg`;
  });
  afterAll(() => origin.close());

  it('processes a remote picture and fetches it once for many sizes', async () => {
    const url = encodeURIComponent(originUrl);
    const before = requests;
    for (const size of [100, 120, 140]) {
      const answer = await get(`${server.url}/external?url=${url}&operations=resize/${size}x`);
      expect(await sharp(answer.bytes).metadata()).toMatchObject({ width: size });
    }
    expect(requests - before).toBe(1);
    await get(`${server.url}/external?url=${url}&operations=resize/100x&reset_cache=1`);
    expect(requests - before).toBe(2);
    expect((await get(`${server.url}/external?url=${url}`)).bytes.equals(photo)).toBe(true);
  });

  it.each([
    '',
    'url=',
    'url=x&url=y',
    'url=http://127.0.0.1/&size=3',
    'url=http://127.0.0.1/&reset_cache=yes',
    'url=file:///etc/passwd',
  ])('refuses the query "%s"', async (query) => {
    expect((await get(`${server.url}/external?${query}`)).status).toBe(400);
  });

  it('refuses addresses that are not public', async () => {
    const answer = await get(`${server.url}/external?url=http://10.0.0.1/a.png`);
    expect([answer.status, answer.json().code]).toEqual([403, 'address_refused']);
  });
});

/** A request whose target is sent as it stands: `fetch` would encode it. */
async function rawGet(target: { hostname: string; port: string; path: string }): Promise<Buffer> {
  const socket = connect(Number(target.port), target.hostname);
  socket.write(`GET ${target.path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
}
