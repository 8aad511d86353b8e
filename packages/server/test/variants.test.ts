import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, type Uploaded } from './client.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const UPLOADER = 'a-key-that-may-upload';
const PROCESSOR = 'a-key-that-may-process';

let server: ServerProcess;
let picture: Uploaded;

beforeAll(async () => {
  server = await startServer({
    API_KEYS: `${UPLOADER}:upload,${PROCESSOR}:process`,
    PRESETS: 'thumb=cover/64x64',
    PRESETS_ONLY: 'on',
    ALLOWED_SETTINGS: 'format,quality',
    SIGNATURES: 'required',
    SIGNING_KEYS: 'a signing key of enough letters',
  });
  const headers = { authorization: `Bearer ${UPLOADER}` };
  const response = await postFile(server.url, await photo(640, 480).jpeg().toBuffer(), { headers });
  picture = (await response.json()) as Uploaded;
});
afterAll(() => server.stop());

type Line = Readonly<Record<string, string | number>>;

function post(body: unknown, { url = server.url, path = `${picture.url}/variants`, key = PROCESSOR } = {}) {
  return get(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function manifest(body: unknown, options: Parameters<typeof post>[1] = {}): Promise<Line[]> {
  const answer = await post(body, options);
  expect(answer.status, answer.bytes.toString()).toBe(200);
  return answer.json().variants as Line[];
}

describe('POST /image/<hash>/variants', () => {
  it('renders each recipe and says where its variant is', async () => {
    const open = await startServer();
    const response = await postFile(open.url, await photo(640, 480).png().toBuffer());
    const { url } = (await response.json()) as Uploaded;
    const recipes = [
      'resize/320x>',
      'resize/50%25/format/webp',
      'trim/0/quality/50/format/jpeg',
      'dpr/2/cover/32x32',
    ];
    const lines = await manifest({ recipes }, { url: open.url, path: `${url}/variants` });
    expect(lines.map(({ recipe }) => recipe)).toEqual(recipes);
    expect(lines.map((line) => line.url)).toEqual([
      `${url}/resize/320x%3E`,
      `${url}/resize/50%25/format/webp`,
      `${url}/trim/0/format/jpeg/quality/50`,
      `${url}/cover/32x32/dpr/2`,
    ]);
    for (const line of lines) {
      const variant = await get(open.url + line.url);
      expect(variant.headers.get('x-cache')).toBe('hit');
      const { width, height, format } = await sharp(variant.bytes).metadata();
      expect(line).toMatchObject({
        status: 'success',
        width,
        height,
        format,
        bytes: variant.bytes.length,
        etag: variant.headers.get('etag'),
      });
    }
    await open.stop();
  });

  it('names what is wrong with a recipe, and renders the others', async () => {
    const lines = await manifest({
      recipes: ['preset/thum', 'preset/thumb', 'flip/h', 'preset/thumb/quality/500'],
    });
    expect(lines).toMatchObject([
      { recipe: 'preset/thum', status: 'error', code: 'unknown_preset', suggestion: 'thumb', position: 1 },
      { recipe: 'preset/thumb', status: 'success', width: 64, height: 64 },
      { recipe: 'flip/h', status: 'error', code: 'operation_not_allowed', segment: 'flip' },
      { recipe: 'preset/thumb/quality/500', status: 'error', code: 'bad_argument', segment: '500' },
    ]);
  });

  it('answers signed addresses that work, also where only presets are allowed', async () => {
    const [line] = await manifest({ recipes: ['preset/thumb/format/webp'] });
    expect(line?.url).toMatch(/\/preset\/thumb\/format\/webp\?signature=/);
    expect((await get(server.url + line?.url)).headers.get('content-type')).toBe('image/webp');
  });

  it.each([
    [{}, 'bad_request'],
    [{ recipes: [] }, 'bad_request'],
    [{ recipes: [''] }, 'bad_request'],
    [{ recipes: 'flip/h' }, 'bad_request'],
    [{ recipes: [1] }, 'bad_request'],
    [{ recipes: ['preset/thumb'], more: 1 }, 'bad_request'],
    [{ recipes: Array.from({ length: 51 }, () => 'preset/thumb') }, 'bad_request'],
  ])('refuses %j', async (body, code) => {
    const answer = await post(body);
    expect([answer.status, answer.json().code]).toEqual([400, code]);
  });

  it('wants a key that allows to process', async () => {
    expect((await post({ recipes: ['preset/thumb'] }, { key: UPLOADER })).status).toBe(403);
    expect((await post({ recipes: ['preset/thumb'] }, { key: 'another-key-that-is-none' })).status).toBe(401);
  });

  it('is a 404 for a picture that is not there, and a 405 for what is not posted there', async () => {
    const recipes = ['preset/thumb'];
    expect((await post({ recipes }, { path: `/image/${'0'.repeat(40)}/variants` })).status).toBe(404);
    const asked = await get(`${server.url}${picture.url}/variants`);
    expect([asked.status, asked.headers.get('allow')]).toEqual([405, 'POST']);
    const elsewhere = await post({ recipes }, { path: `${picture.url}/preset/thumb` });
    expect([elsewhere.status, elsewhere.headers.get('allow')]).toEqual([405, 'GET, HEAD, DELETE']);
  });
});
