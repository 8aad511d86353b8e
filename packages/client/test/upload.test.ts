import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { photo } from '../../server/test/pictures.ts';
import { type ServerProcess, startServer } from '../../server/test/server-process.ts';
import { createClient, UploadError } from '../src/index.ts';

const KEY = 'an-api-key-of-enough-letters';

let server: ServerProcess;
let picture: Blob;

beforeAll(async () => {
  server = await startServer({ API_KEYS: KEY });
  picture = new Blob([new Uint8Array(await photo(64, 48).png().toBuffer())]);
});
afterAll(() => server.stop());

describe('upload', () => {
  it('answers what the server stored, of which addresses can be written', async () => {
    const client = createClient({ baseUrl: server.url });
    const uploaded = await client.upload(picture, { token: KEY, onProgress: () => {} });
    expect(uploaded).toMatchObject({ width: 64, height: 48, format: 'png', bytes: picture.size });
    const variant = await fetch(client.image(uploaded.hash, uploaded).resize('32x').format('webp').url());
    expect(variant.headers.get('content-type')).toBe('image/webp');
  });

  it('rejects with what the server answers', async () => {
    const client = createClient({ baseUrl: server.url });
    const refused = client.upload(new Blob(['no picture']), { token: KEY });
    await expect(refused).rejects.toMatchObject({ name: 'UploadError', code: 'not_a_picture', status: 415 });
    await expect(client.upload(picture)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('rejects where there is no server, and where it is aborted', async () => {
    const nowhere = createClient({ baseUrl: 'http://127.0.0.1:1' });
    await expect(nowhere.upload(picture)).rejects.toBeInstanceOf(UploadError);
    const reason = new Error('enough');
    await expect(nowhere.upload(picture, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
