import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, upload } from './client.ts';
import { photo } from './pictures.ts';
import { runServer, type ServerProcess, startServer } from './server-process.ts';

let servers: readonly ServerProcess[];
let free: string;
let bound: string;
let presetsOnly: string;

beforeAll(async () => {
  const picture = await photo(640, 480).jpeg().toBuffer();
  const PRESETS = 'thumb=cover/64x64/quality/60;half=resize/50%25';
  servers = await Promise.all([
    startServer({ PRESETS }),
    startServer({ PRESETS, ALLOWED_OPERATIONS: 'resize,filter/blur', SIZES: '200,100' }),
    startServer({ PRESETS, PRESETS_ONLY: 'on' }),
  ]);
  const [first = '', second = '', third = ''] = await Promise.all(
    servers.map(async ({ url }) => url + (await upload(url, picture)).url),
  );
  [free, bound, presetsOnly] = [first, second, third];
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function sizeOf(url: string): Promise<string> {
  const { status, bytes } = await get(url);
  expect(status).toBe(200);
  const { width, height } = await sharp(bytes).metadata();
  return `${width}x${height}`;
}

async function refusal(url: string) {
  const answer = await get(url);
  return { ...answer.json(), status: answer.status };
}

describe('PRESETS', () => {
  it('are recipes of their own, under the key of what they stand for', async () => {
    const named = await get(`${free}/preset/thumb`);
    const spelled = await get(`${free}/cover/64x64/quality/60`);
    expect(named.headers.get('etag')).toBe(spelled.headers.get('etag'));
    expect(named.bytes.equals(spelled.bytes)).toBe(true);
    expect(await sizeOf(`${free}/preset/thumb/dpr/2`)).toBe('128x128');
  });

  it('are a 400 with the nearest name where there is no such one', async () => {
    expect(await refusal(`${free}/preset/thum`)).toMatchObject({
      status: 400,
      code: 'unknown_preset',
      segment: 'thum',
      position: 1,
      suggestion: 'thumb',
    });
  });

  it('keep the server from starting where one is wrong, and it says which', async () => {
    const { code, output } = await runServer({ PRESETS: 'good=flip/h;bad=resise/9x' });
    expect(code).toBe(78);
    expect(output).toContain('PRESETS has a wrong preset "bad": bad operations: "resise" (segment 0)');
  });

  it('come from a file', async () => {
    const [{ folder = '' } = {}] = servers;
    await writeFile(join(folder, 'presets.json'), JSON.stringify({ tiny: 'resize/8x' }));
    const server = await startServer({
      PRESETS: join(folder, 'presets.json'),
      STORAGE: 'memory',
      CACHE: 'none',
    });
    const { url } = await upload(server.url, await photo(80, 40).png().toBuffer());
    expect(await sizeOf(`${server.url}${url}/preset/tiny`)).toBe('8x4');
    await server.stop();
  });
});

describe('PRESETS_ONLY', () => {
  it('answers presets and originals, and no other recipe', async () => {
    expect(await sizeOf(`${presetsOnly}/preset/thumb`)).toBe('64x64');
    expect(await sizeOf(`${presetsOnly}/preset/half/format/png`)).toBe('320x240');
    expect(await sizeOf(presetsOnly)).toBe('640x480');
    for (const recipe of ['resize/9x', 'preset/thumb/quality/9', 'preset/thumb/preset/thumb'])
      expect(await refusal(`${presetsOnly}/${recipe}`)).toMatchObject({
        status: 403,
        code: 'operation_not_allowed',
      });
  });
});

describe('ALLOWED_OPERATIONS and SIZES', () => {
  it('name the segment that is not allowed', async () => {
    expect(await refusal(`${bound}/resize/100x/rotate/3`)).toMatchObject({
      status: 403,
      code: 'operation_not_allowed',
      segment: 'rotate',
      position: 2,
    });
    expect(await refusal(`${bound}/filter/negate`)).toMatchObject({ status: 403, segment: 'negate' });
    expect(await refusal(`${bound}/resize/50%25`)).toMatchObject({
      status: 403,
      segment: '50%',
      position: 1,
    });
  });

  it('raise asked sizes to the ladder, as one variant', async () => {
    expect(await sizeOf(`${bound}/resize/101x`)).toBe('200x150');
    expect(await sizeOf(`${bound}/resize/9999x`)).toBe('200x150');
    const [asked, next] = await Promise.all([get(`${bound}/resize/70x`), get(`${bound}/resize/100x`)]);
    expect(asked.headers.get('etag')).toBe(next.headers.get('etag'));
    expect(await sizeOf(`${bound}/preset/half`)).toBe('320x240');
  });

  it('are said by GET /explain, with the address of what comes out', async () => {
    const explained = (await get(`${bound.replace('/image/', '/explain/image/')}/resize/150x`)).json();
    expect(String(explained.url)).toMatch(/\/resize\/200x$/);
    expect(explained.result).toMatchObject({ width: 200 });
  });

  it('do not bind whoever issues upload tokens', async () => {
    const [, { url = '' } = {}] = servers;
    const order = { recipe: 'preset/half/rotate/90/resize/150x' };
    const issued = await get(`${url}/upload-tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    const headers = { authorization: `Bearer ${issued.json().token}` };
    const stored = await postFile(url, await photo(640, 480).jpeg().toBuffer(), { headers });
    expect(await stored.json()).toMatchObject({ width: 150, height: 200 });
  });

  it('hold for remote pictures too, before anything is fetched', async () => {
    const [, { url = '' } = {}] = servers;
    const external = `${url}/external?url=http%3A%2F%2F127.0.0.1%2Fnowhere&operations=`;
    expect(await refusal(`${external}rotate/90`)).toMatchObject({ code: 'operation_not_allowed' });
    expect(await refusal(`${external}resize/100x`)).toMatchObject({ code: 'address_refused' });
  });
});
