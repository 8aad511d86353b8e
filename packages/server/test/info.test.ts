import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decode } from 'blurhash';
import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { type Origin, startOrigin } from './origin.ts';
import { frames, photo as photograph, quarters } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { twoPages } from './two-page-tiff.ts';

let server: ServerProcess;
let photo: Buffer;
let tagged: Buffer;

beforeAll(async () => {
  photo = await photograph(640, 480).jpeg().toBuffer();
  tagged = await photograph(64, 48)
    .withExif({
      IFD0: { Make: 'Maker', Model: '<b>Model' },
      IFD2: { ExposureTime: '1/200', DateTimeOriginal: '2024:05:06 07:08:09' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '48/1 8/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '11/1 34/1 12/1',
      },
    })
    .jpeg()
    .toBuffer();
  server = await startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8' });
});
afterAll(() => server.stop());

function info(path: string, init: RequestInit = {}) {
  return get(`${server.url}/info/${path}`, init);
}

/** The files that keep what was found out about a picture. */
async function findings(folder: string, hash: string): Promise<string[]> {
  const files = await readdir(join(server.folder, folder), { recursive: true });
  return files.filter((file) => file.includes(hash.slice(2)) && file.includes('info-'));
}

describe('GET /info/<hash>', () => {
  it('tells what the picture is, without its pixels', async () => {
    const { hash } = await upload(server.url, photo);
    const answer = await info(hash);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.json()).toEqual({
      width: 640,
      height: 480,
      format: 'jpeg',
      bytes: photo.length,
      frames: 1,
      orientation: 1,
      hasAlpha: false,
      depth: 8,
      colorSpace: 'srgb',
      hasProfile: false,
      dominantColor: expect.stringMatching(/^#[0-9a-f]{6}$/),
      averageColor: expect.stringMatching(/^#[0-9a-f]{6}$/),
      palette: expect.arrayContaining([expect.stringMatching(/^#[0-9a-f]{6}$/)]),
      blurhash: expect.stringMatching(/^.{28}$/),
      thumbhash: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
      perceptualHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('gives placeholders that their decoders take', async () => {
    const { hash } = await upload(server.url, await quarters(300, 200).png().toBuffer());
    const { blurhash, thumbhash, palette } = (await info(hash)).json();
    expect(decode(String(blurhash), 8, 8)).toHaveLength(8 * 8 * 4);
    const { w, h } = thumbHashToRGBA(Buffer.from(String(thumbhash), 'base64'));
    expect(w).toBe(32);
    expect(h).toBeLessThan(32);
    expect(palette).toEqual(expect.arrayContaining(['#dc2828', '#28c83c', '#3246e6', '#f0e63c']));
  });

  it('tells sizes upright, and frames', async () => {
    const turned = await photograph(60, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { hash } = await upload(server.url, turned);
    expect((await info(hash)).json()).toMatchObject({ width: 40, height: 60, orientation: 6 });
    const animation = await frames(30, 20, [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ])
      .gif()
      .toBuffer();
    const { hash: paged } = await upload(server.url, twoPages());
    expect((await info(paged)).json()).toMatchObject({ format: 'tiff', frames: 1, pages: 2 });
    const { hash: animated } = await upload(server.url, animation);
    expect((await info(animated)).json()).toMatchObject({
      width: 30,
      height: 20,
      frames: 3,
      dominantColor: '#ff0000',
    });
  });

  it('answers 304 to who has it, HEAD without a body, and 400 to what it does not know', async () => {
    const { hash } = await upload(server.url, photo);
    const answer = await info(hash);
    const etag = answer.headers.get('etag') ?? '';
    expect((await info(hash, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const head = await info(hash, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(answer.bytes.length));
    expect(head.bytes).toHaveLength(0);
    for (const query of ['size=1', 'exif=yes', 'exif=1&exif=1', 'faces=2']) {
      const refused = await info(`${hash}?${query}`);
      expect([query, refused.status, refused.json().code]).toEqual([query, 400, 'bad_query']);
    }
    expect((await info(`${hash}/`)).json()).toMatchObject({ code: 'empty_segment', position: 0 });
    expect((await info(`${hash}/resise/10x`)).json()).toMatchObject({ segment: 'resise', position: 0 });
    expect((await info(hash, { method: 'POST' })).status).toBe(405);
  });

  it('finds out once, keeps it beside the original, and forgets it with the picture', async () => {
    const { hash } = await upload(server.url, photo);
    const answers = await Promise.all(Array.from({ length: 5 }, () => info(hash)));
    expect(new Set(answers.map(({ bytes }) => bytes.toString())).size).toBe(1);
    expect(await findings('uploads', hash)).toHaveLength(1);
    await get(`${server.url}/image/${hash}`, { method: 'DELETE' });
    expect(await findings('uploads', hash)).toHaveLength(0);
    expect((await info(hash)).status).toBe(404);
  });

  it('goes by what it has found out before', async () => {
    const { hash } = await upload(server.url, photo);
    const first = await info(hash);
    const [note = ''] = await findings('uploads', hash);
    const { folder } = server;
    await server.stop({ keepFolder: true });
    // Where the original is spoiled, nothing can be found out anew.
    await writeFile(join(folder, 'uploads', hash.slice(0, 2), hash.slice(2)), 'spoiled');
    server = await startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8' }, { folder });
    expect(note).not.toBe('');
    expect((await info(hash)).bytes.equals(first.bytes)).toBe(true);
  });

  it('says what is wrong with files that were stored before and are none of our pictures', async () => {
    const [noPicture, halfPicture] = ['aa'.repeat(20), 'bb'.repeat(20)];
    await storeAsBefore(noPicture, 'no picture at all');
    await storeAsBefore(halfPicture, photo.subarray(0, 2000));
    const refusals = [await info(noPicture), await info(halfPicture)];
    expect(refusals.map(({ status }) => status)).toEqual([415, 422]);
    expect(refusals.map((refusal) => refusal.json().code)).toEqual(['not_a_picture', 'broken_picture']);
  });

  async function storeAsBefore(hash: string, bytes: string | Uint8Array): Promise<void> {
    const folder = join(server.folder, 'uploads', hash.slice(0, 2));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, hash.slice(2)), bytes);
  }
});

describe('exif=1', () => {
  it('tells camera, exposure and times, and never where', async () => {
    const open = await startServer({ UPLOAD_STRIP: 'none' });
    const { hash } = await upload(open.url, tagged);
    const answer = await get(`${open.url}/info/${hash}?exif=1`);
    expect(answer.json().exif).toEqual({
      cameraMake: 'Maker',
      cameraModel: '<b>Model',
      exposureSeconds: 0.005,
      takenAt: '2024-05-06T07:08:09',
    });
    expect(answer.bytes.includes('<')).toBe(false);
    expect((await get(`${open.url}/info/${hash}`)).json()).not.toHaveProperty('exif');
    await open.stop();
  });

  it('tells where only with INFO_GPS=on', async () => {
    const open = await startServer({ UPLOAD_STRIP: 'none', INFO_GPS: 'on' });
    const { hash } = await upload(open.url, tagged);
    const { exif } = (await get(`${open.url}/info/${hash}?exif=1`)).json();
    expect(exif).toMatchObject({ position: { latitude: 48.133333, longitude: 11.57 } });
    await open.stop();
  });

  it('is null for a picture without EXIF', async () => {
    const { hash } = await upload(server.url, photo);
    expect((await info(`${hash}?exif=1`)).json().exif).toBeNull();
    expect((await info(`${hash}/resize/20x?exif=1`)).json().exif).toBeNull();
  });
});

describe('faces=1', () => {
  it('tells where faces are, in fractions and in pixels, in the original and in variants', async () => {
    const path = createRequire(import.meta.url).resolve('@vladmandic/face-api/demo/sample1.jpg');
    const people = await sharp(path).resize(960).jpeg().toBuffer();
    const { hash, width, height } = await upload(server.url, people);
    for (const [recipe, size] of [
      ['', { width, height }],
      ['/resize/640x', { width: 640, height: 427 }],
    ] as const) {
      const { faces } = (await info(`${hash}${recipe}?faces=1`)).json() as { faces: Face[] };
      expect(faces).toHaveLength(3);
      for (const face of faces) {
        expect(face.score).toBeGreaterThan(0.5);
        expect(Math.abs(face.pixels.left - face.left * size.width)).toBeLessThanOrEqual(1);
        expect(Math.abs(face.pixels.height - face.height * size.height)).toBeLessThanOrEqual(1);
      }
    }
    expect((await info(hash)).json()).not.toHaveProperty('faces');
  });

  interface Face {
    readonly left: number;
    readonly height: number;
    readonly score: number;
    readonly pixels: { readonly left: number; readonly height: number };
  }
});

describe('GET /info/<hash>/<recipe>', () => {
  it('tells what comes out, from the bytes that come out', async () => {
    const { hash } = await upload(server.url, photo);
    const recipe = 'resize/200x/crop/n100x90/format/webp';
    const told = (await info(`${hash}/${recipe}`)).json();
    const variant = await get(`${server.url}/image/${hash}/${recipe}`);
    expect(variant.headers.get('x-cache')).toBe('hit');
    expect(told).toMatchObject({ width: 100, height: 90, format: 'webp', bytes: variant.bytes.length });
    // Answers do not wait for the cache.
    await expect.poll(() => findings('cache', hash)).toHaveLength(1);
  });

  it('varies by what the variant varies by', async () => {
    const { hash } = await upload(server.url, photo);
    const forOld = await info(`${hash}/resize/50x/format/auto`, { headers: { accept: 'image/*' } });
    const forNew = await info(`${hash}/resize/50x/format/auto`, { headers: { accept: 'image/webp' } });
    expect([forOld.json().format, forNew.json().format]).toEqual(['jpeg', 'webp']);
    expect([forOld.headers.get('vary'), forNew.headers.get('vary')]).toEqual(['Accept', 'Accept']);
    expect((await info(`${hash}/resize/50x`)).headers.get('vary')).toBeNull();
  });
});

describe('GET /info/external', () => {
  let origin: Origin;
  let picture: Buffer;
  beforeAll(async () => {
    picture = await quarters(80, 60).png().toBuffer();
    origin = await startOrigin((_, response) => response.end(picture));
  });
  afterAll(() => origin.close());

  it('tells of a remote picture and of what is made of it, and of the new one where it has changed', async () => {
    const url = encodeURIComponent(`${origin.url}/a.png`);
    const told = await info(`external?url=${url}`);
    expect(told.json()).toMatchObject({ width: 80, height: 60, format: 'png', bytes: picture.length });
    expect(told.headers.get('cache-control')).toMatch(/^public, max-age=\d+, stale-while-revalidate=60$/);
    expect((await info(`external?url=${url}&operations=resize/40x`)).json()).toMatchObject({ width: 40 });
    expect(origin.requests).toHaveLength(1);
    picture = await photograph(90, 70).png().toBuffer();
    await get(`${server.url}/external?url=${url}&reset_cache=1`);
    const { width, dominantColor } = (await info(`external?url=${url}`)).json();
    expect(width).toBe(90);
    expect(dominantColor).not.toBe(told.json().dominantColor);
  });

  it('asks for a URL, and goes no further', async () => {
    expect((await info('external')).json()).toMatchObject({ code: 'bad_query' });
    expect((await info('external/x?url=a')).status).toBe(404);
    const closed = await startServer({ EXTERNAL: 'off' });
    const refused = await get(`${closed.url}/info/external?url=http://example.com/a.png`);
    expect([refused.status, refused.json().code]).toEqual([403, 'external_disabled']);
    await closed.stop();
  });
});
