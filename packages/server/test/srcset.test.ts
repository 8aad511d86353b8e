import { signTarget } from '@images-server/recipe';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, type Uploaded, upload } from './client.ts';
import { frames, photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const SIGNING_KEY = 'a signing key of enough letters';

let server: ServerProcess;
let bound: ServerProcess;
let signed: ServerProcess;
let picture: Uploaded;

beforeAll(async () => {
  [server, bound, signed] = await Promise.all([
    startServer({ ENLARGE: 'off' }),
    startServer({
      SIZES: '100,200,400',
      ALLOWED_OPERATIONS: 'resize,cover',
      ALLOWED_SETTINGS: 'none',
      PRESETS: 'wide=cover/160x90',
    }),
    startServer({ SIGNATURES: 'required', SIGNING_KEYS: SIGNING_KEY }),
  ]);
  picture = await upload(server.url, await photo(640, 480).jpeg().toBuffer());
});
afterAll(() => Promise.all([server.stop(), bound.stop(), signed.stop()]));

interface Srcset {
  readonly srcset: string;
  readonly picture: string;
  readonly src: string;
  readonly width: number;
  readonly height: number;
  readonly sizes: string;
}

async function srcset(target: string, { url } = server): Promise<Srcset> {
  const answer = await get(url + target);
  expect(answer.status, answer.bytes.toString()).toBe(200);
  return JSON.parse(answer.bytes.toString()) as Srcset;
}

function candidates(text: string): [url: string, width: number][] {
  return text.split(', ').map((candidate) => {
    const [url = '', width = ''] = candidate.split(' ');
    return [url, Number(width.replace('w', ''))];
  });
}

describe('GET /srcset', () => {
  it('lists addresses whose pictures have the widths that it says', async () => {
    const { hash } = picture;
    const answer = await srcset(`/srcset/${hash}/crop/16:9/filter/sepia?widths=300,100%2C200`);
    expect(answer.srcset).toBe(
      [100, 200, 300]
        .map((width) => `/image/${hash}/crop/16:9/filter/sepia/resize/${width}x ${width}w`)
        .join(', '),
    );
    for (const [url, width] of candidates(answer.srcset))
      expect((await sharp((await get(server.url + url)).bytes).metadata()).width).toBe(width);
    expect(answer).toMatchObject({
      src: `/image/${hash}/crop/16:9/filter/sepia/resize/300x`,
      width: 300,
      height: 169,
    });
  });

  it('scales what a recipe asks for, and never enlarges the original', async () => {
    const { hash } = picture;
    const { srcset: text } = await srcset(`/srcset/${hash}/cover/320x240/round/8?widths=160,640,1280`);
    expect(candidates(text)).toEqual([
      [`/image/${hash}/cover/160x120/round/4`, 160],
      [`/image/${hash}/cover/640x480/round/16`, 640],
    ]);
    expect(candidates((await srcset(`/srcset/${hash}?widths=4000`)).srcset)).toEqual([
      [`/image/${hash}/resize/640x`, 640],
    ]);
  });

  it('has a picture element with the formats that not every browser shows', async () => {
    const { hash } = picture;
    const { picture: html } = await srcset(
      `/srcset/${hash}/?widths=100`.replace('/?', '?') +
        '&sizes=(min-width:%2060em)%2050vw&alt=%3Cb%3E%20%22a%22+b',
    );
    expect(html).toBe(
      `<picture><source type="image/avif" srcset="/image/${hash}/resize/100x/format/avif 100w" sizes="(min-width: 60em) 50vw">` +
        `<source type="image/webp" srcset="/image/${hash}/resize/100x/format/webp 100w" sizes="(min-width: 60em) 50vw">` +
        `<img src="/image/${hash}/resize/100x" srcset="/image/${hash}/resize/100x 100w" sizes="(min-width: 60em) 50vw" width="100" height="75" alt="&lt;b&gt; &quot;a&quot;+b"></picture>`,
    );
  });

  it('has only the format that is asked for, where one is', async () => {
    const { picture: html } = await srcset(`/srcset/${picture.hash}/format/png?widths=100`);
    expect(html).not.toContain('<source');
    expect(html).toContain('/format/png');
  });

  it('leaves out formats that cannot hold the picture', async () => {
    const animation = await upload(
      server.url,
      await frames(64, 48, [
        [255, 0, 0],
        [0, 0, 255],
      ])
        .gif()
        .toBuffer(),
    );
    const animated = await srcset(`/srcset/${animation.hash}?widths=32`);
    expect(animated.picture).not.toContain('avif');
    expect(animated.picture).toContain('image/webp');
    const large = await upload(server.url, await photo(2400, 1600).jpeg().toBuffer());
    expect((await srcset(`/srcset/${large.hash}?widths=2400`)).picture).not.toContain('avif');
  });

  it('keeps to what visitors may ask for', async () => {
    const { hash } = await upload(bound.url, await photo(640, 480).jpeg().toBuffer());
    const answer = await srcset(`/srcset/${hash}?widths=90,150,160,300`, bound);
    expect(candidates(answer.srcset).map(([, width]) => width)).toEqual([100, 200, 400]);
    expect(answer.picture).not.toContain('<source');
    for (const [url, width] of candidates(answer.srcset))
      expect((await sharp((await get(bound.url + url)).bytes).metadata()).width).toBe(width);
    expect(candidates((await srcset(`/srcset/${hash}/preset/wide?widths=80,150,400`, bound)).srcset)).toEqual(
      [
        [`/image/${hash}/cover/200x100`, 200],
        [`/image/${hash}/cover/400x200`, 400],
      ],
    );
    expect(candidates((await srcset(`/srcset/${hash}?widths=4000`, bound)).srcset)).toEqual([
      [`/image/${hash}/resize/400x`, 400],
    ]);
    const refused = await get(`${bound.url}/srcset/${hash}/rotate/90?widths=100`);
    expect(refused.json()).toMatchObject({ code: 'operation_not_allowed', segment: 'rotate', position: 0 });
  });

  it('signs the addresses, to end no later than its own', async () => {
    const response = await postFile(signed.url, await photo(320, 240).jpeg().toBuffer());
    const { hash } = (await response.json()) as Uploaded;
    const target = `/srcset/${hash}?widths=100,200`;
    expect((await get(signed.url + target)).status).toBe(403);
    const lasting = await srcset(await signTarget(target, SIGNING_KEY), signed);
    const expires = Math.floor(Date.now() / 1000) + 100;
    const ending = await srcset(await signTarget(target, SIGNING_KEY, { expires }), signed);
    expect(lasting.srcset).not.toContain('expires');
    expect(ending.srcset.match(new RegExp(`expires=${expires}&signature=`, 'g'))).toHaveLength(2);
    for (const [url] of [...candidates(lasting.srcset), ...candidates(ending.srcset)])
      expect((await get(signed.url + url)).status).toBe(200);
  });

  it('can be revalidated', async () => {
    const target = `${server.url}/srcset/${picture.hash}?widths=100`;
    const etag = (await get(target)).headers.get('etag') ?? '';
    expect((await get(target, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each([
    ['', 'bad_query'],
    ['?widths=', 'bad_query'],
    ['?widths=0', 'bad_query'],
    ['?widths=100,', 'bad_query'],
    ['?widths=1e3', 'bad_query'],
    ['?widths=16385', 'bad_query'],
    [`?widths=${Array.from({ length: 21 }, (_, index) => index + 1)}`, 'bad_query'],
    ['?widths=100&widths=200', 'bad_query'],
    ['?widths=100&width=200', 'bad_query'],
    [`?widths=100&alt=${'x'.repeat(501)}`, 'bad_query'],
    ['/page/2?widths=100', 'page_not_found'],
    ['/resise/9x?widths=100', 'unknown_operation'],
    ['/?widths=100', 'empty_segment'],
  ])('refuses %s', async (rest, code) => {
    const answer = await get(`${server.url}/srcset/${picture.hash}${rest}`);
    expect([answer.status, answer.json().code]).toEqual([400, code]);
  });

  it('knows no picture that is not there', async () => {
    expect((await get(`${server.url}/srcset/${'0'.repeat(40)}?widths=100`)).status).toBe(404);
    expect((await get(`${server.url}/srcset?widths=100`)).status).toBe(404);
  });
});
