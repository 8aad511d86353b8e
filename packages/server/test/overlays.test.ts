import { chmod, copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeFromMark } from '../src/cache/made-from.ts';
import { get, upload } from './client.ts';
import { startOrigin } from './origin.ts';
import { frames, photo, plain, rgbaOf } from './pictures.ts';
import { expectSpots } from './render-steps.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const WHITE = [255, 255, 255];
const RED = [255, 0, 0];

let server: ServerProcess;
let wall: string;
let logo: Buffer;

beforeAll(async () => {
  server = await startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8' });
  const picture = await plain(80, 60, WHITE).png().toBuffer();
  wall = server.url + (await upload(server.url, picture)).url;
  logo = await plain(20, 10, RED).png().toBuffer();
});
afterAll(() => server.stop());

async function uploadLogo(to = server): Promise<string> {
  return (await upload(to.url, logo)).hash;
}

/** Entries of variants that another picture was laid on, in the cache on the disk. */
async function watermarkedEntries({ folder }: ServerProcess): Promise<string[]> {
  const names = await readdir(join(folder, 'cache'), { recursive: true });
  return names.filter((name) => name.includes('-with-'));
}

async function remove(hash: string, from = server): Promise<void> {
  expect((await get(`${from.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(200);
}

async function refusal(url: string, init: RequestInit = {}) {
  const answer = await get(url, init);
  return { ...answer.json(), status: answer.status };
}

describe('watermark', () => {
  it('lays a stored picture on another one', async () => {
    const { status, bytes } = await get(`${wall}/watermark/${await uploadLogo()},se,offset:5x5,opacity:50`);
    expect(status).toBe(200);
    await expectSpots(bytes, 'ff7f7f@60,50 ff7f7f@74,54 ffffff@75,54 ffffff@54,50');
  });

  it('lays it on remote pictures too, and several in one recipe', async () => {
    const remote = await photo(100, 80).png().toBuffer();
    const origin = await startOrigin((_request, response) => response.end(remote));
    const [first, second] = [await uploadLogo(), await uploadLogo()];
    const operations = `watermark/${first},nw/watermark/${second},se`;
    const external = `${server.url}/external?url=${origin.url}/a.png&operations=`;
    const { status, bytes } = await get(external + operations);
    expect(status).toBe(200);
    await expectSpots(bytes, 'ff0000@5,5 ff0000@95,75');
    await remove(second);
    expect(await refusal(external + operations)).toMatchObject({ status: 404, code: 'overlay_not_found' });
    expect((await get(`${external}watermark/${first},nw`)).status).toBe(200);
    await origin.close();
  });

  it('lays it on every frame of an animation', async () => {
    const animation = await frames(40, 30, [WHITE, [0, 0, 255]])
      .gif()
      .toBuffer();
    const { url } = await upload(server.url, animation);
    const { bytes } = await get(`${server.url}${url}/watermark/${await uploadLogo()},nw`);
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    for (const [page, color] of ['ffffff', '0000ff'].entries()) {
      await expectSpots(await sharp(bytes, { page }).png().toBuffer(), `ff0000@5,5 ${color}@35,25`);
    }
  });

  it('is a 404 that says so where there is no such picture, also to explain and info', async () => {
    const unknown = 'ab'.repeat(20);
    const expected = { status: 404, code: 'overlay_not_found', message: `no picture ${unknown} to lay on` };
    expect(await refusal(`${wall}/watermark/${unknown}`)).toMatchObject(expected);
    const path = new URL(wall).pathname;
    expect(await refusal(`${server.url}/explain${path}/watermark/${unknown}`)).toMatchObject(expected);
    const hash = path.replace('/image/', '');
    expect(await refusal(`${server.url}/info/${hash}/watermark/${unknown}`)).toMatchObject(expected);
  });
});

describe('DELETE of a picture that was laid on others', () => {
  it('removes those variants, from the disk and for whoever asks again in whatever way', async () => {
    const [hash, other] = [await uploadLogo(), await uploadLogo()];
    const [gone, stays] = [`${wall}/watermark/${hash},nw`, `${wall}/watermark/${other},nw`];
    const entriesWith = async (picture: string) =>
      (await watermarkedEntries(server)).filter((name) => name.endsWith(madeFromMark(picture)));
    for (const url of [gone, stays]) for (let times = 0; times < 3; times += 1) await get(url);
    const hot = await get(gone);
    expect(hot.headers.get('server-timing')).toBe('memory;dur=0.0');
    for (const picture of [hash, other])
      await expect.poll(() => entriesWith(picture), { timeout: 10_000 }).toHaveLength(1);
    await remove(hash);
    expect(await entriesWith(hash)).toEqual([]);
    expect(await entriesWith(other)).toHaveLength(1);
    const headers = { 'if-none-match': hot.headers.get('etag') ?? '' };
    for (const init of [{}, { headers }, { method: 'HEAD' }])
      expect((await get(gone, init)).status).toBe(404);
    expect(await refusal(gone)).toMatchObject({ code: 'overlay_not_found' });
    expect((await get(stays)).headers.get('x-cache')).toBe('hit');
  });

  it('removes what was made before a restart', async () => {
    const first = await startServer();
    const picture = await upload(first.url, await plain(40, 30, WHITE).png().toBuffer());
    const hash = await uploadLogo(first);
    const path = `${picture.url}/watermark/${hash}`;
    await get(first.url + path);
    await expect.poll(() => watermarkedEntries(first)).toHaveLength(1);
    await first.stop({ keepFolder: true });
    const second = await startServer({}, { folder: first.folder });
    expect(await watermarkedEntries(second)).toHaveLength(1);
    await remove(hash, second);
    expect(await watermarkedEntries(second)).toEqual([]);
    expect((await get(second.url + path)).status).toBe(404);
    await second.stop();
  });

  it('keeps nothing of renders that are under way at that moment', async () => {
    const large = await upload(server.url, await photo(2000, 1500).png().toBuffer());
    const before = (await watermarkedEntries(server)).length;
    for (let round = 0; round < 4; round += 1) {
      const hash = await uploadLogo();
      const urls = [1, 2, 3].map(
        (n) => `${server.url}${large.url}/watermark/${hash},offset:${n}x${round}/resize/90%25`,
      );
      const answers = urls.map((url) => get(url));
      // Some have just begun, of some the answer is there already.
      if (round > 1) await Promise.race(answers);
      await remove(hash);
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses.every((status) => status === 200 || status === 404)).toBe(true);
      for (const url of urls) expect((await get(url)).status).toBe(404);
      expect(await watermarkedEntries(server)).toHaveLength(before);
    }
  });

  it('takes them out of the memory where there is no other cache', async () => {
    const bare = await startServer({ CACHE: 'memory', STORAGE: 'memory' });
    const picture = await upload(bare.url, await plain(40, 30, WHITE).png().toBuffer());
    const hash = await uploadLogo(bare);
    const url = `${bare.url}${picture.url}/watermark/${hash}`;
    for (let times = 0; times < 3; times += 1) expect((await get(url)).status).toBe(200);
    await remove(hash, bare);
    expect((await get(url)).status).toBe(404);
    await bare.stop();
  });
});

describe('text', () => {
  /** True where something was written in white on the picture. */
  async function hasWhite(url: string): Promise<boolean> {
    const { status, bytes } = await get(url);
    expect(status).toBe(200);
    const { data } = await rgbaOf(bytes);
    return data.some((value, at) => at % 4 === 0 && value > 200);
  }

  it('writes words with the fonts that the server brings, whatever the machine has', async () => {
    const { url } = await upload(server.url, await plain(200, 100, [0, 0, 0]).png().toBuffer());
    for (const words of ['Hello,%20world', '%D8%B3%D9%84%D8%A7%D9%85', '50%', 'a:b,c']) {
      expect(await hasWhite(`${server.url}${url}/text/size:30,text:${words}`)).toBe(true);
    }
  });

  it('has the fonts of a folder by their names, though nobody else can read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fonts-'));
    await mkdir(join(folder, 'closed/My Font'), { recursive: true });
    const font = fileURLToPath(new URL('fonts/noto-sans-jp-part.ttf', import.meta.url));
    await copyFile(font, join(folder, 'closed/My Font/regular.ttf'));
    await chmod(join(folder, 'closed'), 0o700);
    const other = await startServer({ TEXT_FONTS_DIR: join(folder, 'closed') });
    const { url } = await upload(other.url, await plain(200, 100, [0, 0, 0]).png().toBuffer());
    const bytesOf = async (steps: string) => (await get(`${other.url}${url}/text/${steps}/format/png`)).bytes;
    const letter = encodeURIComponent('中');
    const byName = await bytesOf(`size:60,font:my-font,text:${letter}`);
    expect(byName.equals(await bytesOf(`size:60,text:${letter}`))).toBe(true);
    const { url: here } = await upload(server.url, await plain(200, 100, [0, 0, 0]).png().toBuffer());
    const without = await get(`${server.url}${here}/text/size:60,text:${letter}/format/png`);
    expect(without.bytes.equals(byName)).toBe(false);
    expect(await refusal(`${other.url}${url}/text/font:none,text:a`)).toMatchObject({
      status: 400,
      code: 'font_not_found',
      message: expect.stringContaining('my-font'),
    });
    await other.stop();
    await rm(folder, { recursive: true });
  });

  it('takes whatever can be written', async () => {
    const { url } = await upload(server.url, await plain(120, 60, [0, 0, 0]).png().toBuffer());
    const written = [
      '\u202e\u2066abc',
      '👩‍👩‍👧‍👦🇩🇪',
      'a\u0301\u0323'.repeat(40),
      '\ufffe\u{10ffff}',
      '𒐫﷽',
      '\u200b',
      '%00',
      '<b>&',
    ];
    for (const words of written) {
      const { status } = await get(`${server.url}${url}/text/text:${encodeURIComponent(words)}`);
      expect(status, words).toBe(200);
    }
    for (const words of ['%00', '%0A', '%ED%A0%80', '', '%20']) {
      expect((await get(`${server.url}${url}/text/text:${words}`)).status, words).toBe(400);
    }
  });
});
