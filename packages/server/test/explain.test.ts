import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printRecipe, type Step } from '@images-server/recipe';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbitraryRecipe } from '../../recipe/test/support/arbitrary-recipe.ts';
import { get, type Uploaded, upload } from './client.ts';
import { startOrigin } from './origin.ts';
import { frames, photo as photograph, plain } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

interface Explanation {
  readonly source: Size & { readonly format: string; readonly frames: number };
  readonly steps: readonly {
    readonly segment: string;
    readonly takenAs?: string;
    readonly before: Size;
    readonly after: Size;
  }[];
  readonly result: Size & { readonly format: string; readonly frames: number };
  readonly format: { readonly by: string; readonly why: string };
  readonly output: { readonly quality: number };
  readonly url: string;
  readonly key: string;
  readonly cached: boolean;
  readonly variesBy: readonly string[];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

let server: ServerProcess;
let photo: Uploaded;

beforeAll(async () => {
  server = await startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8' });
  photo = await upload(server.url, await photograph(640, 480).jpeg().toBuffer());
});
afterAll(() => server.stop());

async function explain(path: string, headers: Record<string, string> = {}, { url } = server) {
  const answer = await get(`${url}/explain${path}`, { headers });
  expect(answer.status, answer.bytes.toString()).toBe(200);
  return answer.json() as unknown as Explanation;
}

/** The same step with a picture that there is, where it lays one on. */
function layingOn(step: Step, picture: string): Step {
  return 'picture' in step.values ? { ...step, values: { ...step.values, picture } } : step;
}

/** Takes a second or more to make, and more memory than there may be. */
function isHuge({ steps }: Explanation): boolean {
  return steps.some(({ after }) => after.width * after.height > 3e6);
}

/** The size of a picture as it is shown, of one frame. */
async function shownSize(bytes: Buffer): Promise<Size> {
  const { autoOrient, pageHeight } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return { width: autoOrient.width, height: pageHeight ?? autoOrient.height };
}

describe('GET /explain/image/<hash>/<recipe>', () => {
  it('tells every step, the result, the canonical URL and the key, before and after it is made', async () => {
    const recipe = 'format/webp/resize/0300x/crop/n0100x90/quality/60';
    const explanation = await explain(`${photo.url}/${recipe}`);
    expect(explanation).toEqual({
      source: { width: 640, height: 480, format: 'jpeg', frames: 1, bytes: photo.bytes },
      steps: [
        { segment: 'resize/300x', before: { width: 640, height: 480 }, after: { width: 300, height: 225 } },
        { segment: 'crop/n100x90', before: { width: 300, height: 225 }, after: { width: 100, height: 90 } },
      ],
      result: { width: 100, height: 90, format: 'webp', frames: 1 },
      format: { by: 'recipe', why: 'the recipe names it' },
      output: { quality: 60 },
      url: `${photo.url}/resize/300x/crop/n100x90/format/webp/quality/60`,
      key: expect.stringMatching(/^[0-9a-f]{40}$/),
      cached: false,
      variesBy: [],
    });
    const variant = await get(server.url + explanation.url);
    expect(variant.headers.get('etag')).toBe(`"${explanation.key}"`);
    expect(variant.headers.get('x-cache')).toBe('miss');
    await expect.poll(async () => (await explain(`${photo.url}/${recipe}`)).cached).toBe(true);
  });

  it('touches no pixel', async () => {
    const { hash, url } = await upload(server.url, await photograph(300, 200).png().toBuffer());
    await writeFile(join(server.folder, 'uploads', hash.slice(0, 2), hash.slice(2)), 'spoiled');
    const { result } = await explain(`${url}/resize/123x/rotate/12/crop/smart50x50/filter/blur:3`);
    expect(result).toMatchObject({ width: 50, height: 50 });
    expect((await get(`${server.url}${url}/resize/123x`)).status).toBe(415);
  });

  it('tells what settings make of steps', async () => {
    const { steps, result, url } = await explain(`${photo.url}/resize/100x/dpr/2/rotate/90`);
    expect(steps).toEqual([
      {
        segment: 'resize/100x',
        takenAs: 'resize/200x',
        before: { width: 640, height: 480 },
        after: { width: 200, height: 150 },
      },
      { segment: 'rotate/90', before: { width: 200, height: 150 }, after: { width: 150, height: 200 } },
    ]);
    expect(result).toMatchObject({ width: 150, height: 200 });
    expect(url).toBe(`${photo.url}/resize/100x/rotate/90/dpr/2`);
  });

  it('chooses the format for the client, and says why', async () => {
    const auto = `${photo.url}/resize/100x/format/auto`;
    const [old, webp, avif] = [
      await explain(auto, { accept: 'image/*' }),
      await explain(auto, { accept: 'image/webp,image/*;q=0.5' }),
      await explain(auto, { accept: 'image/avif,image/webp' }),
    ];
    expect([old, webp, avif].map(({ result }) => result.format)).toEqual(['jpeg', 'webp', 'avif']);
    expect(new Set([old, webp, avif].map(({ key }) => key)).size).toBe(3);
    expect(webp.format).toEqual({
      by: 'client',
      why: 'of what the client accepts (jpeg 0.5, png 0.5, webp, gif 0.5) the picture is best as webp',
    });
    expect(avif.format.why).toMatch(/; webp instead where it takes longer than 2000 ms$/);
    expect(webp.variesBy).toEqual(['Accept']);
    const large = await explain(`${photo.url}/resize/2000x/format/auto`, { accept: 'image/avif,image/webp' });
    expect(large.result.format).toBe('webp');
    expect(large.format.why).toMatch(/; avif only up to 2000000 pixels$/);
  });

  it('gives a WebP for the AVIF that has taken too long, and says so', async () => {
    const hasty = await startServer({ AVIF_BUDGET_MS: '1' });
    const { url } = await upload(hasty.url, await photograph(900, 700).png().toBuffer());
    const headers = { accept: 'image/avif,image/webp' };
    expect((await explain(`${url}/format/auto`, headers, hasty)).result.format).toBe('avif');
    const variant = await get(`${hasty.url}${url}/format/auto`, { headers });
    expect(variant.headers.get('content-type')).toBe('image/webp');
    const after = await explain(`${url}/format/auto`, headers, hasty);
    expect(after.result.format).toBe('webp');
    expect(after.format.why).toMatch(/; avif took longer than 1 ms$/);
    expect(`"${after.key}"`).toBe(variant.headers.get('etag'));
    await hasty.stop();
  });

  it('tells the size that comes out also where only pixels tell it', async () => {
    const framed = await plain(60, 40, [200, 10, 10])
      .extend({ top: 7, bottom: 8, left: 9, right: 10, background: '#fff' })
      .png()
      .toBuffer();
    const { url } = await upload(server.url, framed);
    const explanations = [
      await explain(`${url}/trim/5/resize/50%25`),
      await explain(`${url}/trim/5/resize/50%25`),
    ];
    for (const { steps, result } of explanations) {
      expect(steps).toEqual([
        { segment: 'trim/5', before: { width: 79, height: 55 }, after: { width: 60, height: 40 } },
        { segment: 'resize/50%25', before: { width: 60, height: 40 }, after: { width: 30, height: 20 } },
      ]);
      expect(result).toMatchObject({ width: 30, height: 20 });
    }
    expect(explanations[1]?.cached).toBe(true);
  });

  it('tells frames', async () => {
    const colors = [
      [250, 0, 0],
      [0, 250, 0],
    ];
    const { url } = await upload(server.url, await frames(40, 30, colors).gif().toBuffer());
    expect(await explain(`${url}/resize/20x`)).toMatchObject({
      source: { frames: 2 },
      result: { width: 20, height: 15, format: 'gif', frames: 2 },
    });
    expect((await explain(`${url}/resize/20x/format/png`)).result.frames).toBe(1);
    const auto = await explain(`${url}/resize/20x/format/auto`, { accept: 'image/avif,image/webp' });
    expect(auto.result.format).toBe('webp');
    expect(auto.format.why).toMatch(/; avif holds no animation$/);
  });

  it('explains the original where there is no recipe', async () => {
    const { steps, result, url, key, cached } = await explain(photo.url);
    expect({ steps, result, url, cached }).toEqual({
      steps: [],
      result: { width: 640, height: 480, format: 'jpeg', frames: 1 },
      url: photo.url,
      cached: true,
    });
    expect((await get(server.url + photo.url)).headers.get('etag')).toBe(`"${key}"`);
  });

  it('points at the segment that is wrong, as the picture itself would', async () => {
    for (const recipe of [
      'resize/100x/resise/50x',
      'resize/0x0',
      'rotate',
      'resize/10x//flip/h',
      'flip/h/',
    ]) {
      const explained = await get(`${server.url}/explain${photo.url}/${recipe}`);
      const asked = await get(`${server.url}${photo.url}/${recipe}`);
      expect(explained.status).toBe(400);
      expect(explained.json()).toEqual(asked.json());
    }
    const large = await get(`${server.url}/explain${photo.url}/resize/20000x`);
    expect([large.status, large.json().code]).toEqual([413, 'result_too_large']);
    expect((await get(`${server.url}/explain/image/${'ab'.repeat(20)}/flip/h`)).status).toBe(404);
    expect((await get(`${server.url}/explain/picture/${'ab'.repeat(20)}`)).status).toBe(404);
    expect((await get(`${server.url}/explain${photo.url}?exif=1`)).json()).toMatchObject({
      code: 'bad_query',
    });
  });

  it('answers words to who asks for them', async () => {
    const headers = { accept: 'text/plain, image/webp' };
    const answer = await get(`${server.url}/explain${photo.url}/resize/100x/dpr/2/format/auto`, { headers });
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('vary')).toBe('Accept');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const text = answer.bytes.toString();
    expect(text).toMatch(/^source {5}640x480 jpeg, \d+ bytes$/m);
    expect(text).toMatch(/^step 1 {5}resize\/100x \(taken as resize\/200x\): 640x480 to 200x150$/m);
    expect(text).toMatch(/^result {5}200x150 webp$/m);
    expect(text).toMatch(
      /^format {5}webp: of what the client accepts \(webp\) the picture is best as webp$/m,
    );
    for (const accept of ['*/*', 'text/plain, application/json', 'text/plain;q=0', 'text/html']) {
      const { headers: given } = await get(`${server.url}/explain${photo.url}`, { headers: { accept } });
      expect([accept, given.get('content-type')]).toEqual([accept, 'application/json; charset=utf-8']);
    }
  });

  it('law: the size that it tells is the size that comes out, and its URL has the same key and bytes', async () => {
    const pictures = await Promise.all(
      [
        photograph(61, 47).jpeg(),
        photograph(40, 64).withMetadata({ orientation: 8 }).jpeg(),
        plain(33, 21, [10, 120, 200, 128]).png(),
        frames(24, 18, [
          [250, 0, 0, 255],
          [0, 250, 0, 255],
          [0, 0, 250, 90],
        ]).gif(),
      ].map(async (image) => upload(server.url, await image.toBuffer())),
    );
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pictures), arbitraryRecipe, async ({ url }, recipe) => {
        const headers = { accept: 'image/webp,image/*;q=0.8' };
        // `maxbytes` that nothing can reach, and pages that are not there, say nothing of sizes.
        const { maxbytes: _, page: __, ...settings } = recipe.settings;
        const steps = recipe.steps.map((step) => layingOn(step, photo.hash));
        const path = `${url}/${printRecipe({ steps, settings })}`.replace(/\/$/, '');
        const explained = await get(`${server.url}/explain${path}`, { headers });
        const explanation = explained.json() as unknown as Explanation;
        if (explained.status === 200 && isHuge(explanation)) return;
        const asked = await get(server.url + path, { headers });
        expect(explained.status).toBe(asked.status);
        if (asked.status !== 200) {
          expect(explained.json()).toEqual(asked.json());
          return;
        }
        made += 1;
        const { result, key, url: canonical } = explanation;
        expect(await shownSize(asked.bytes)).toEqual({ width: result.width, height: result.height });
        expect(asked.headers.get('content-type')).toBe(`image/${result.format}`);
        expect(asked.headers.get('etag')).toBe(`"${key}"`);
        const again = await get(server.url + canonical, { headers });
        expect(again.headers.get('etag')).toBe(`"${key}"`);
        expect(again.bytes.equals(asked.bytes)).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(made).toBeGreaterThan(20);
  }, 120_000);
});

describe('GET /explain/external', () => {
  it('tells the same of a remote picture', async () => {
    const bytes = await photograph(80, 60).png().toBuffer();
    const origin = await startOrigin((_, response) => response.end(bytes));
    const address = `${origin.url}/a b.png`;
    const explanation = await explain(`/external?url=${encodeURIComponent(address)}&operations=resize%2F40x`);
    expect(explanation).toMatchObject({ result: { width: 40, height: 30, format: 'png' }, cached: false });
    expect(explanation.url).toBe(
      `/external?url=${encodeURIComponent(`${origin.url}/a%20b.png`)}&operations=resize/40x`,
    );
    const variant = await get(server.url + explanation.url);
    expect(variant.headers.get('etag')).toBe(`"${explanation.key}"`);
    const whole = await explain(`/external?url=${encodeURIComponent(address)}`);
    expect((await get(server.url + whole.url)).headers.get('etag')).toBe(`"${whole.key}"`);
    expect(origin.requests).toHaveLength(1);
    await origin.close();
  });
});

describe('with PRESETS_ONLY=on', () => {
  it('gives a URL that is allowed', async () => {
    const strict = await startServer({ PRESETS: 'small=resize/100x', PRESETS_ONLY: 'on' });
    const { url } = await upload(strict.url, await photograph(200, 100).jpeg().toBuffer());
    const explanation = await explain(`${url}/preset/small`, {}, strict);
    expect(explanation.steps).toMatchObject([{ segment: 'resize/100x', after: { width: 100, height: 50 } }]);
    expect(explanation.url).toBe(`${url}/preset/small`);
    expect((await get(strict.url + explanation.url)).headers.get('etag')).toBe(`"${explanation.key}"`);
    await strict.stop();
  });
});
