import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, upload } from './client.ts';
import { frames, photo as photograph, plain } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { twoPages } from './two-page-tiff.ts';

const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;

/** What browsers send for the picture of an `<img>`. */
const ACCEPT = {
  chrome: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  firefox: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'firefox 90': 'image/webp,*/*',
  safari:
    'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'safari 13': 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
  'edge 18': 'image/png, image/svg+xml, image/*; q=0.8, */*; q=0.5',
  curl: '*/*',
} as const;

const COLORS = [
  [200, 80, 40],
  [20, 40, 240],
  [30, 220, 50],
];
const PLAYING = { delay: [100, 250, 400], loop: 3 };

let photo: Buffer;
let logo: Buffer;
let animation: Buffer;
beforeAll(async () => {
  photo = await photograph(320, 240).jpeg({ quality: 92 }).toBuffer();
  logo = await plain(60, 40, [200, 80, 40, 128]).png().toBuffer();
  animation = await frames(48, 30, COLORS).gif(PLAYING).toBuffer();
});

describe('a server as it is by default', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  async function variant(bytes: Buffer, recipe: string, headers: Record<string, string> = {}) {
    const { url } = await upload(server.url, bytes);
    return get(`${server.url}${url}/${recipe}`, { headers });
  }

  it.each(FORMATS)('makes every format of %s', async (from) => {
    const { url } = await upload(server.url, await photograph(60, 40).toFormat(from).toBuffer());
    for (const to of FORMATS) {
      const answer = await get(`${server.url}${url}/resize/30x/format/${to}`);
      expect(answer.headers.get('content-type')).toBe(`image/${to}`);
      const { format, width, height } = await sharp(answer.bytes).metadata();
      expect({ format, width, height }).toEqual({
        format: to === 'avif' ? 'heif' : to,
        width: 30,
        height: 20,
      });
      expect(answer.headers.get('vary')).toBeNull();
    }
  });

  it.each([
    ['a TIFF', () => photograph(60, 40).tiff(), 'image/jpeg'],
    ['a TIFF with alpha', () => plain(60, 40, [1, 2, 3, 99]).tiff({ compression: 'lzw' }), 'image/png'],
    ['a GIF', () => photograph(60, 40).gif(), 'image/gif'],
    ['an AVIF', () => photograph(60, 40).avif(), 'image/avif'],
  ] as [string, () => Sharp, string][])('shows browsers %s', async (_, make, expected) => {
    const answer = await variant(await make().toBuffer(), 'flip/h');
    expect(answer.headers.get('content-type')).toBe(expected);
  });

  it.each([
    ['chrome', 'avif', 'webp'],
    ['firefox', 'avif', 'webp'],
    ['firefox 90', 'webp', 'webp'],
    ['safari', 'avif', 'webp'],
    ['safari 13', 'jpeg', 'gif'],
    ['edge 18', 'jpeg', 'gif'],
    ['curl', 'jpeg', 'gif'],
  ] as const)('chooses for %s', async (browser, still, animated) => {
    const headers = { accept: ACCEPT[browser] };
    const answers = [
      await variant(photo, 'resize/100x/format/auto', headers),
      await variant(animation, 'resize/24x/format/auto', headers),
    ];
    expect(answers.map((answer) => answer.headers.get('content-type'))).toEqual([
      `image/${still}`,
      `image/${animated}`,
    ]);
    for (const answer of answers) expect(answer.headers.get('vary')).toBe('Accept');
    const { pages, delay, loop } = await sharp(answers[1]?.bytes).metadata();
    expect({ pages, delay, loop }).toEqual({ pages: 3, ...PLAYING });
  });

  it('keeps transparency for whoever asks', async () => {
    for (const [accept, expected] of [
      [ACCEPT.chrome, 'image/avif'],
      [ACCEPT.curl, 'image/png'],
    ] as const) {
      const answer = await variant(logo, 'format/auto', { accept });
      expect(answer.headers.get('content-type')).toBe(expected);
      expect((await sharp(answer.bytes).stats()).isOpaque).toBe(false);
    }
  });

  it('says with 304 and HEAD by what the answer varies, and only for format/auto', async () => {
    const { url } = await upload(server.url, photo);
    const auto = `${server.url}${url}/resize/90x/format/auto`;
    const headers = { accept: ACCEPT.chrome };
    const first = await get(auto, { headers });
    const etag = first.headers.get('etag') ?? '';
    const same = await get(auto, { headers: { ...headers, 'if-none-match': etag } });
    const other = await get(auto, { headers: { accept: ACCEPT.curl, 'if-none-match': etag } });
    const head = await get(auto, { method: 'HEAD', headers });
    expect([same.status, other.status, head.status]).toEqual([304, 200, 200]);
    for (const answer of [first, same, other, head]) expect(answer.headers.get('vary')).toBe('Accept');
    const named = await get(`${server.url}${url}/resize/90x/format/avif`);
    expect([named.headers.get('etag'), named.headers.get('vary')]).toEqual([etag, null]);
  });

  it('gives one frame as a still, and says where there is none', async () => {
    const { url } = await upload(server.url, animation);
    const second = await get(`${server.url}${url}/page/2/format/png`);
    const { dominant } = await sharp(second.bytes).stats();
    expect(Math.abs(dominant.b - 240)).toBeLessThan(12);
    const still = await get(`${server.url}${url}/page/3/resize/24x`);
    expect(await sharp(still.bytes).metadata()).toMatchObject({ format: 'gif', width: 24 });
    expect((await sharp(still.bytes).metadata()).pages ?? 1).toBe(1);
    const missing = await get(`${server.url}${url}/page/4`);
    expect([missing.status, missing.json().code]).toEqual([400, 'page_not_found']);
  });

  it('gives each page of a TIFF in its own size', async () => {
    const { url } = await upload(server.url, twoPages());
    for (const [recipe, width, height, level] of [
      ['format/png', 3, 2, 50],
      ['page/2/format/png', 2, 4, 200],
      ['page/2/rotate/90/format/png', 4, 2, 200],
    ] as const) {
      const { bytes } = await get(`${server.url}${url}/${recipe}`);
      expect(await sharp(bytes).metadata()).toMatchObject({ width, height });
      expect((await sharp(bytes).stats()).channels[0]?.mean).toBe(level);
    }
  });

  it('fits a picture into bytes, or says that it cannot', async () => {
    const fitted = await variant(photo, 'maxbytes/6kb');
    expect(fitted.bytes.length).toBeLessThanOrEqual(6144);
    expect(fitted.bytes.length).toBeGreaterThan(5000);
    const impossible = await variant(photo, 'maxbytes/50');
    expect([impossible.status, impossible.json().code]).toEqual([422, 'maxbytes_unreachable']);
  });

  it('finds a quality by itself, the same one again', async () => {
    const { url } = await upload(server.url, photo);
    const auto = `${server.url}${url}/resize/300x/quality/auto`;
    const first = await get(auto);
    expect(await sharp(first.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 300 });
    const again = await get(`${server.url}${url}/quality/auto/resize/300x/maxbytes/1mb`);
    expect(again.headers.get('x-cache')).toBe('miss');
    expect(again.bytes.equals(first.bytes)).toBe(true);
  });

  it('sends no more bytes than the original where nothing was to be done', async () => {
    const small = await photograph(200, 150).jpeg({ quality: 40 }).toBuffer();
    for (const recipe of ['format/jpeg', 'quality/100', 'resize/4000x4000%3E']) {
      expect((await variant(small, recipe)).bytes.equals(small)).toBe(true);
    }
  });

  it('refuses HEIC and more frames or pixels than it takes', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1', 'latin1');
    const refused = await postFile(server.url, heic);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      415,
      'unsupported_format',
    ]);
    const many = Array.from({ length: 101 }, (_, index) => [255 * (index % 2), 0, 0]);
    const tooMany = await postFile(server.url, await frames(4, 4, many).gif().toBuffer());
    expect(tooMany.status).toBe(413);
    const large = Array.from({ length: 26 }, (_, index) => [255 * (index % 2), 0, 0]);
    const tooLarge = await postFile(server.url, await frames(1000, 1000, large).gif().toBuffer());
    expect(tooLarge.status).toBe(413);
  });
});

describe('a server with AVIF_BUDGET_MS=1', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ AVIF_BUDGET_MS: '1', RENDER_PROCESSES: '1' });
  });
  afterAll(() => server.stop());

  it('answers WebP instead, and from then on at once', async () => {
    const { url, hash } = await upload(server.url, photo);
    const headers = { accept: ACCEPT.chrome };
    const auto = `${server.url}${url}/format/auto`;
    const first = await get(auto, { headers });
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect([first.headers.get('x-cache'), first.headers.get('vary')]).toEqual(['miss', 'Accept']);
    const again = await get(auto, { headers });
    expect([again.headers.get('x-cache'), again.bytes.equals(first.bytes)]).toEqual(['hit', true]);
    const killed = server.log.filter((line) => line.reason === 'deadline');
    expect(killed.length).toBe(1);
    const etag = first.headers.get('etag') ?? '';
    expect((await get(auto, { headers: { ...headers, 'if-none-match': etag } })).status).toBe(304);
    // Who names AVIF waits for it; then those who take it have it too.
    const named = await get(`${server.url}${url}/format/avif`);
    expect(named.headers.get('content-type')).toBe('image/avif');
    expect((await get(auto, { headers })).headers.get('content-type')).toBe('image/avif');
    expect((await get(`${server.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(200);
    expect((await get(auto, { headers })).status).toBe(404);
  });
});

describe('a server whose configuration decides', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({
      DEFAULT_FORMAT: 'auto',
      ENLARGE: 'off',
      PROGRESSIVE: 'on',
      CLIENT_HINTS: 'on',
    });
  });
  afterAll(() => server.stop());

  it('chooses the format where the recipe does not', async () => {
    const { url } = await upload(server.url, photo);
    const answer = await get(`${server.url}${url}/resize/64x`, { headers: { accept: ACCEPT.chrome } });
    expect(answer.headers.get('content-type')).toBe('image/avif');
    expect(answer.headers.get('vary')).toBe('Accept, Save-Data, Sec-CH-DPR, DPR');
    const named = await get(`${server.url}${url}/resize/64x/format/png/dpr/1`);
    expect(named.headers.get('vary')).toBeNull();
    expect((await get(`${server.url}${url}`)).bytes.equals(photo)).toBe(true);
  });

  it('makes JPEGs progressive, and nothing larger than it is', async () => {
    const { url } = await upload(server.url, photo);
    const answer = await get(`${server.url}${url}/resize/640x/crop/320x200`);
    expect(await sharp(answer.bytes).metadata()).toMatchObject({
      width: 320,
      height: 200,
      isProgressive: true,
    });
    const large = await get(`${server.url}${url}/resize/640x/enlarge/on/progressive/off`);
    expect(await sharp(large.bytes).metadata()).toMatchObject({ width: 640, isProgressive: false });
  });

  it('listens to what the client says of its screen and of saving data', async () => {
    const { url } = await upload(server.url, photo);
    const path = `${server.url}${url}/resize/100x/format/jpeg`;
    const usual = await get(path);
    const dense = await get(path, { headers: { 'sec-ch-dpr': '2' } });
    expect(usual.headers.get('accept-ch')).toBe('Sec-CH-DPR, DPR');
    expect(await sharp(dense.bytes).metadata()).toMatchObject({ width: 200 });
    const saving = await get(path, { headers: { 'save-data': 'on' } });
    expect(saving.bytes.length).toBeLessThan(usual.bytes.length * 0.85);
    const fitted = await get(`${server.url}${url}/flip/h/format/png`, { headers: { 'sec-ch-width': '151' } });
    expect(await sharp(fitted.bytes).metadata()).toMatchObject({ width: 200 });
    expect(fitted.headers.get('vary')).toBe('Sec-CH-Width, Width');
  });
});
