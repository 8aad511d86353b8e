import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { startOrigin } from './origin.ts';
import { pixelOf, rgbaOf } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { samplePhotograph } from './smart-crop/sample-faces.ts';

const SIZE = { width: 400, height: 200 };
/** Where the face lies in `HEAD`. */
const FACE = { left: 26, top: 34, width: 64, height: 88 };
const HEAD = { width: 104, height: 134 };

let server: ServerProcess;
let head: Buffer;
beforeAll(async () => {
  head = await sharp(samplePhotograph(6))
    .extract({ left: 164, top: 355, width: 344, height: 443 })
    .resize(HEAD.width, HEAD.height, { fit: 'fill' })
    .png()
    .toBuffer();
  server = await startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8', LOG_LEVEL: 'debug' });
});
afterAll(() => server.stop());

/** Red tells the column (x / 2), green the row, blue nothing; with heads at these places. */
function pictureWithHeads(...places: { left: number; top: number }[]): Sharp {
  const { width, height } = SIZE;
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    data.set([(at % width) / 2, Math.floor(at / width), 90], at * 3);
  }
  const layers = places.map((place) => ({ input: head, ...place }));
  return sharp(data, { raw: { width, height, channels: 3 } })
    .composite(layers)
    .removeAlpha();
}

/** Where a crop of such a picture was taken, up to two pixels; its left upper corner must be free. */
async function placeOf(encoded: Uint8Array): Promise<{ left: number; top: number }> {
  const [red = Number.NaN, green = Number.NaN] = await pixelOf(encoded, 0, 0);
  return { left: red * 2, top: green };
}

/** The `faces` jobs that have ended before the last answer that `variant` or `ask` gave. */
function facesJobs(): number {
  return server.log.filter((line) => line.kind === 'job_ended' && line.job === 'faces').length;
}

async function answerOf(target: string): Promise<Buffer> {
  const { status, bytes } = await get(`${server.url}${target}`);
  expect(status).toBe(200);
  // What is logged of its jobs comes before.
  await server.waitForLog((line) => line.msg === 'request' && line.target === target);
  return bytes;
}

function variant(url: string, recipe: string): Promise<Buffer> {
  return answerOf(`${url}/${recipe}`);
}

describe('crop/face and cover/face', () => {
  it('place the box around the face', async () => {
    const at = { left: 200, top: 40 };
    const { url } = await upload(server.url, await pictureWithHeads(at).png().toBuffer());
    const square = await placeOf(await variant(url, 'crop/face160x160'));
    expect(Math.abs(square.left - (at.left + FACE.left + FACE.width / 2 - 80))).toBeLessThan(14);
    expect(Math.abs(square.top - Math.min(40, at.top + FACE.top + FACE.height / 2 - 80))).toBeLessThan(14);
    const upright = await placeOf(await variant(url, 'cover/face100x200'));
    expect(upright.left).toBeLessThan(at.left + FACE.left);
    expect(upright.left + 100).toBeGreaterThan(at.left + FACE.left + FACE.width);
    // Its left edge was on the right of the face, and twice as far away as it is now.
    const mirrored = await placeOf(await variant(url, 'flip/h/resize/200x/crop/face50%25x100%25'));
    expect(Math.abs(mirrored.left - (at.left + FACE.left + FACE.width / 2 + 100))).toBeLessThan(14);
  });

  it('place it as `smart` does where there is no face', async () => {
    const { url } = await upload(server.url, await pictureWithHeads().png().toBuffer());
    for (const box of ['crop/<where>1:1', 'cover/<where>300x100']) {
      const face = await variant(url, box.replace('<where>', 'face'));
      expect(face.equals(await variant(url, box.replace('<where>', 'smart')))).toBe(true);
    }
  });

  it('look for faces once, however many sizes are asked for, and after a restart too', async () => {
    const { url } = await upload(server.url, await pictureWithHeads({ left: 10, top: 50 }).png().toBuffer());
    const before = facesJobs();
    const widths = [60, 70, 80, 90];
    const together = widths.map((width) => variant(url, `cover/face${width}x90`));
    expect(new Set((await Promise.all(together)).map((bytes) => bytes.length)).size).toBeGreaterThan(1);
    await variant(url, 'filter/redact:blur,faces');
    expect(facesJobs()).toBe(before + 1);
    const { folder } = server;
    await server.stop({ keepFolder: true });
    server = await startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8', LOG_LEVEL: 'debug' }, { folder });
    await variant(url, 'cover/face100x90');
    expect(facesJobs()).toBe(0);
  });

  it('forget the faces with the picture', async () => {
    const { hash, url } = await upload(
      server.url,
      await pictureWithHeads({ left: 10, top: 50 }).png().toBuffer(),
    );
    await variant(url, 'crop/face1:1');
    const notes = join(server.folder, 'uploads/notes', hash.slice(0, 2));
    expect((await readdir(notes, { recursive: true })).some((name) => name.includes('faces'))).toBe(true);
    await fetch(`${server.url}${url}`, { method: 'DELETE' });
    const left = await readdir(notes, { recursive: true }).catch(() => []);
    expect(left.filter((name) => name.includes(hash.slice(2)))).toEqual([]);
  });

  it('go by the first frame of an animation, or by the page that is asked for', async () => {
    const first = await pictureWithHeads({ left: 10, top: 40 }).raw().toBuffer();
    const second = await pictureWithHeads({ left: 290, top: 40 }).raw().toBuffer();
    const raw = { width: SIZE.width, height: 2 * SIZE.height, channels: 3, pageHeight: SIZE.height } as const;
    const animation = sharp(Buffer.concat([first, second]), { raw, pages: -1 });
    const { url } = await upload(server.url, await animation.webp({ lossless: true }).toBuffer());
    const moving = await variant(url, 'crop/face100x200');
    for (const page of [0, 1]) {
      const frame = await sharp(moving, { page }).png().toBuffer();
      expect((await placeOf(frame)).left).toBeLessThan(40);
    }
    const still = await variant(url, 'page/2/crop/face100x200/format/png');
    expect((await placeOf(still)).left).toBeGreaterThan(260);
  });
});

describe('redact:blur,faces', () => {
  it('hides the face and nothing else', async () => {
    const at = { left: 200, top: 30 };
    const original = await pictureWithHeads(at).png().toBuffer();
    const { url } = await upload(server.url, original);
    const before = await rgbaOf(original);
    const after = await rgbaOf(await variant(url, 'filter/redact:blur,faces'));
    let [changed, changedOutside] = [0, 0];
    for (let pixel = 0; pixel < SIZE.width * SIZE.height; pixel += 1) {
      const [x, y] = [pixel % SIZE.width, Math.floor(pixel / SIZE.width)];
      const isInHead =
        x >= at.left - 10 && x < at.left + HEAD.width + 10 && y >= at.top && y < at.top + HEAD.height + 20;
      if (before.data[pixel * 4] === after.data[pixel * 4]) continue;
      if (isInHead) changed += 1;
      else changedOutside += 1;
    }
    expect(changed).toBeGreaterThan(FACE.width * FACE.height);
    expect(changedOutside).toBe(0);
  });
});

describe('faces of a remote picture', () => {
  it('are looked for once for each version of it', async () => {
    let picture = await pictureWithHeads({ left: 10, top: 40 }).png().toBuffer();
    const origin = await startOrigin((_request, response) => {
      response.setHeader('content-type', 'image/png');
      response.end(picture);
    });
    const ask = (operations: string, more = '') => {
      const query = `url=${encodeURIComponent(`${origin.url}/people.png`)}&operations=${operations}${more}`;
      return answerOf(`/external?${query}`);
    };
    try {
      const before = facesJobs();
      expect((await placeOf(await ask('crop/face100x200'))).left).toBeLessThan(40);
      await ask('crop/face120x200');
      expect(facesJobs()).toBe(before + 1);
      picture = await pictureWithHeads({ left: 290, top: 40 }).png().toBuffer();
      expect((await placeOf(await ask('crop/face100x200', '&reset_cache=1'))).left).toBeGreaterThan(260);
      expect(facesJobs()).toBe(before + 2);
    } finally {
      await origin.close();
    }
  });
});
