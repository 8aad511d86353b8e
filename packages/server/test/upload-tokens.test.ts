import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile } from './client.ts';
import { photo as photograph } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const UPLOADER = 'a-key-that-may-upload';
const DELETER = 'a-key-that-may-delete';
const KEYS = `${UPLOADER}:upload,${DELETER}:delete`;

let photo: Buffer;
let server: ServerProcess;

beforeAll(async () => {
  photo = await photograph(640, 480).jpeg().toBuffer();
  server = await startServer({ API_KEYS: KEYS });
});
afterAll(() => server.stop());

function bearer(secret: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${secret}` } };
}

async function order(body: unknown, { url = server.url, key = UPLOADER } = {}) {
  return await get(`${url}/upload-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function tokenFor(terms: object): Promise<string> {
  const answer = await order(terms);
  expect(answer.status).toBe(200);
  return String(answer.json().token);
}

async function uploadWith(token: string, bytes = photo, { url } = server) {
  const response = await postFile(url, bytes, bearer(token));
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('API keys', () => {
  it('allow what their scopes say', async () => {
    expect((await postFile(server.url, photo, bearer(DELETER))).status).toBe(403);
    const uploaded = await postFile(server.url, photo, bearer(UPLOADER));
    const { url } = (await uploaded.json()) as { url: string };
    const refused = await get(server.url + url, { method: 'DELETE', ...bearer(UPLOADER) });
    expect([refused.status, refused.json().code]).toEqual([403, 'forbidden']);
    expect(
      (await get(server.url + url, { method: 'DELETE', ...bearer('nobody-knows-this-key') })).status,
    ).toBe(401);
    expect((await get(server.url + url, { method: 'DELETE', ...bearer(DELETER) })).status).toBe(200);
  });

  it('are exchanged one for another, and tokens go with them', async () => {
    const first = await startServer({ API_KEYS: 'the-old-key-of-16-letters' });
    const { folder } = first;
    const old = await order({}, { url: first.url, key: 'the-old-key-of-16-letters' });
    const token = String(old.json().token);
    await first.stop({ keepFolder: true });
    const both = await startServer(
      { API_KEYS: 'the-new-key-of-16-letters,the-old-key-of-16-letters' },
      { folder },
    );
    expect((await uploadWith(token, photo, both)).status).toBe(200);
    expect((await uploadWith(token, photo, both)).body).toMatchObject({ code: 'token_used' });
    const other = String((await order({}, { url: both.url, key: 'the-old-key-of-16-letters' })).json().token);
    await both.stop({ keepFolder: true });
    const after = await startServer({ API_KEYS: 'the-new-key-of-16-letters' }, { folder });
    expect((await uploadWith(other, photo, after)).status).toBe(401);
    expect((await postFile(after.url, photo, bearer('the-old-key-of-16-letters'))).status).toBe(401);
    await after.stop();
  });
});

describe('POST /upload-tokens', () => {
  it('answers a token, where to use it and until when', async () => {
    const answer = await order({ expiresSeconds: 60 });
    expect(answer.json()).toEqual({
      status: 'success',
      token: expect.stringMatching(/^upload\./),
      expires: expect.any(Number),
      url: '/upload',
    });
    expect(Number(answer.json().expires) - Date.now() / 1000).toBeGreaterThan(50);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('needs a key that may upload', async () => {
    expect((await order({}, { key: DELETER })).status).toBe(403);
    expect((await order({}, { key: await tokenFor({}) })).status).toBe(401);
  });

  it.each([
    [{ size: 1 }, 'bad_request'],
    [{ expiresSeconds: 0 }, 'bad_request'],
    [{ expiresSeconds: 86_401 }, 'bad_request'],
    [{ maxBytes: 1e9 }, 'bad_request'],
    [{ formats: ['bmp'] }, 'bad_request'],
    [[], 'bad_request'],
    [{ recipe: 'resise/200x' }, 'unknown_operation'],
    [{ recipe: 'resize/' }, 'empty_segment'],
  ])('refuses %j', async (body, code) => {
    const answer = await order(body);
    expect([answer.status, answer.json().code]).toEqual([400, code]);
  });

  it('refuses a body that is too long, or not JSON', async () => {
    const answer = await order({ recipe: 'a'.repeat(20_000) });
    expect([answer.status, answer.json().code]).toEqual([413, 'too_many_bytes']);
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const headers = { ...bearer(UPLOADER).headers, 'content-type': type };
      const text = await get(`${server.url}/upload-tokens`, { method: 'POST', headers, body: 'a=b' });
      expect([type, text.status]).toEqual([type, 400]);
    }
  });
});

describe('POST /upload with a token', () => {
  it('stores the upload as it is, once', async () => {
    const token = await tokenFor({});
    const { status, body } = await uploadWith(token);
    expect(status).toBe(200);
    expect((await get(server.url + String(body.url))).bytes.equals(photo)).toBe(true);
    expect(await uploadWith(token)).toMatchObject({ status: 403, body: { code: 'token_used' } });
  });

  it('stores one of 20 uploads at once', async () => {
    const token = await tokenFor({});
    const before = await storedFiles();
    const answers = await Promise.all(Array.from({ length: 20 }, () => uploadWith(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.code]).toEqual([403, 'token_used']);
    }
    expect((await storedFiles()).length - before.length).toBe(1);
  });

  it('is not used up by an upload that failed', async () => {
    const token = await tokenFor({ maxBytes: photo.length, formats: ['jpeg'] });
    const png = await photograph(20, 20).png().toBuffer();
    const table: [Buffer, number, string][] = [
      [Buffer.concat([photo, Buffer.alloc(1)]), 413, 'too_many_bytes'],
      [png, 415, 'unsupported_format'],
      [Buffer.from('no picture'), 415, 'not_a_picture'],
      [photo.subarray(0, photo.length / 2), 422, 'broken_picture'],
    ];
    for (const [bytes, status, code] of table) {
      expect(await uploadWith(token, bytes)).toMatchObject({ status, body: { code } });
    }
    expect((await uploadWith(token)).status).toBe(200);
  });

  it('stores what its recipe makes of the upload, and not the upload', async () => {
    const token = await tokenFor({ recipe: 'resize/200x200>/format/webp' });
    const { body } = await uploadWith(token);
    expect(body).toMatchObject({ width: 200, height: 150, format: 'webp' });
    const stored = await get(server.url + String(body.url));
    expect(stored.headers.get('content-type')).toBe('image/webp');
    expect(stored.bytes.length).toBe(body.bytes);
    expect(await sharp(stored.bytes).metadata()).toMatchObject({ width: 200, height: 150, format: 'webp' });
    const variant = await get(`${server.url}${String(body.url)}/resize/100x`);
    expect(await sharp(variant.bytes).metadata()).toMatchObject({ width: 100, height: 75, format: 'webp' });
  });

  it('keeps the own format of what it does not have to make smaller', async () => {
    const token = await tokenFor({ recipe: 'resize/2000x2000%3E' });
    expect((await uploadWith(token)).body).toMatchObject({ width: 640, height: 480, format: 'jpeg' });
  });

  it('ends at its time', async () => {
    const { json } = await order({ expiresSeconds: 1 });
    await expect.poll(() => Date.now() / 1000).toBeGreaterThanOrEqual(Number(json().expires));
    const answer = await uploadWith(String(json().token));
    expect(answer).toMatchObject({ status: 410, body: { code: 'token_expired' } });
  });
});

async function storedFiles(): Promise<string[]> {
  const entries = await readdir(join(server.folder, 'uploads'), { recursive: true });
  return entries.filter((path) => /^[0-9a-f]{2}\/[0-9a-f]{38}$/.test(path));
}
