import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { get } from './client.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const UPLOADER = 'a-key-that-may-upload';
const PROCESSOR = 'a-key-that-may-process';

let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(640, 480).jpeg().toBuffer();
  server = await startServer({
    API_KEYS: `${UPLOADER}:upload,${PROCESSOR}:process`,
    UPLOAD: 'off',
    UPLOAD_MAX_BYTES: '1mb',
    PRESETS: 'thumb=cover/64x64',
    ALLOWED_OPERATIONS: 'resize',
    SIZES: '100,200',
  });
});
afterAll(() => server.stop());

function process(
  path: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = { 'content-type': 'image/jpeg' },
  key = PROCESSOR,
) {
  return get(server.url + path, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${key}`, ...headers },
  });
}

function bytes(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

async function filesLeft(): Promise<string[]> {
  const entries = await Promise.all(
    ['uploads', 'cache'].map((folder) =>
      readdir(join(server.folder, folder), { recursive: true, withFileTypes: true }),
    ),
  );
  return entries.flat().flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

describe('POST /process', () => {
  it.each(['image/jpeg', 'application/octet-stream', 'IMAGE/whatever'])(
    'answers the variant of a raw body of type %s',
    async (type) => {
      const answer = await process('/process/resize/100x/format/webp', bytes(picture), {
        'content-type': type,
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('image/webp');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await sharp(answer.bytes).metadata()).toMatchObject({ format: 'webp', width: 100, height: 75 });
    },
  );

  it('answers the variant of the multipart field `file`', async () => {
    const form = new FormData();
    form.append('file', new Blob([bytes(picture)]), 'a.jpg');
    const answer = await process('/process/resize/100x', form, {});
    expect(await sharp(answer.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 100 });
  });

  it('chooses the format by what the client accepts', async () => {
    const answer = await process('/process/format/auto', bytes(picture), {
      'content-type': 'image/jpeg',
      accept: 'image/webp,*/*',
    });
    expect(answer.headers.get('content-type')).toBe('image/webp');
  });

  it('leaves nothing behind, not of what is refused either', async () => {
    await process('/process/resize/100x', bytes(picture));
    await process('/process/resize/100x', 'no picture', { 'content-type': 'image/png' });
    await process('/process/resize/100x', bytes(picture.subarray(0, 2000)));
    await vi.waitFor(async () => expect(await filesLeft()).toEqual([]));
  });

  it('leaves nothing behind where the connection breaks off', async () => {
    const outgoing = request(`${server.url}/process/resize/100x`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${PROCESSOR}`,
        'content-type': 'image/jpeg',
        'content-length': picture.length,
      },
    });
    outgoing.on('error', () => {});
    outgoing.write(picture.subarray(0, 1000));
    await vi.waitFor(async () => expect(await filesLeft()).toHaveLength(1));
    outgoing.destroy();
    await vi.waitFor(async () => expect(await filesLeft()).toEqual([]));
  });

  it.each([
    ['no picture', 'image/png', 415, 'not_a_picture'],
    ['', 'image/png', 415, 'not_a_picture'],
    ['{}', 'application/json', 400, 'bad_request'],
    ['a=b', 'application/x-www-form-urlencoded', 400, 'bad_request'],
    ['x', 'multipart/form-data; boundary=y', 400, 'bad_multipart'],
  ])('refuses %j as %s', async (body, type, status, code) => {
    const answer = await process('/process/resize/100x', body, { 'content-type': type });
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });

  it('takes no more bytes than an upload may have, said beforehand or not', async () => {
    const large = new Uint8Array(1024 * 1024 + 1);
    const stream = new Blob([large]).stream();
    const answers = await Promise.all([
      process('/process/resize/100x', large),
      get(`${server.url}/process/resize/100x`, {
        method: 'POST',
        body: stream,
        duplex: 'half',
        headers: { authorization: `Bearer ${PROCESSOR}`, 'content-type': 'image/jpeg' },
      } as RequestInit),
    ]);
    for (const answer of answers)
      expect([answer.status, answer.json().code]).toEqual([413, 'too_many_bytes']);
  });

  it('wants a key that allows it', async () => {
    const refused = await process('/process/resize/100x', bytes(picture), undefined, UPLOADER);
    expect([refused.status, refused.json().code]).toEqual([403, 'forbidden']);
    expect((await process('/process/resize/100x', bytes(picture), undefined, 'some-other-key')).status).toBe(
      401,
    );
  });

  it('holds to the rules for recipes', async () => {
    const thumb = await process('/process/preset/thumb', bytes(picture));
    expect(await sharp(thumb.bytes).metadata()).toMatchObject({ width: 100, height: 100 });
    const snapped = await process('/process/resize/150x', bytes(picture));
    expect(await sharp(snapped.bytes).metadata()).toMatchObject({ width: 200 });
    expect((await process('/process/rotate/90', bytes(picture))).json()).toMatchObject({
      code: 'operation_not_allowed',
      segment: 'rotate',
      position: 0,
    });
    expect((await process('/process/resise/90', bytes(picture))).json()).toMatchObject({
      code: 'unknown_operation',
      suggestion: 'resize',
    });
  });

  it('can be switched off', async () => {
    const closed = await startServer({ PROCESS: 'off', STORAGE: 'memory', CACHE: 'none' });
    const answer = await get(`${closed.url}/process/resize/9x`, { method: 'POST', body: bytes(picture) });
    expect([answer.status, answer.json().code]).toEqual([403, 'process_disabled']);
    await closed.stop();
  });

  it('is a 405 for other methods', async () => {
    const answer = await get(`${server.url}/process/resize/9x`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
