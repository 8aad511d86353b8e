import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NginxFront, startNginx } from './nginx-front.ts';
import { photo } from './pictures.ts';
import { type RawRequest, rawRequest } from './raw-http.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let server: ServerProcess;
let nginx: NginxFront;
let direct: number;
let through: number;

beforeAll(async () => {
  server = await startServer();
  direct = Number(new URL(server.url).port);
  nginx = await startNginx({ upstreamPort: direct, keepSeconds: 1 });
  through = nginx.port;
});

afterAll(async () => {
  await nginx.stop();
  await server.stop();
});

async function upload(bytes: Buffer): Promise<string> {
  const body = new FormData();
  body.append('file', new Blob([bytes]), 'photo');
  const answer = await fetch(`http://127.0.0.1:${through}/upload`, { method: 'POST', body });
  const { hash } = (await answer.json()) as { hash: string };
  expect(answer.status).toBe(200);
  return hash;
}

describe('nginx in front of the server', () => {
  it('uploads, answers from its own cache, and lets go of what was deleted', async () => {
    const hash = await upload(await photo(320, 200).jpeg().toBuffer());
    const target = `/image/${hash}/resize/100x/format/webp`;
    const first = await rawRequest(through, { target });
    const second = await rawRequest(through, { target });
    expect([first.status, first.headers.get('x-cache')]).toEqual([200, 'miss']);
    expect([second.headers.get('x-cache'), second.headers.get('server-timing')]).toEqual(['hit', 'nginx']);
    expect(second.body.equals(first.body)).toBe(true);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));

    const deleted = await rawRequest(through, { method: 'DELETE', target: `/image/${hash}` });
    expect(JSON.parse(deleted.body.toString())).toEqual({ status: 'success' });
    await expect
      .poll(() => rawRequest(through, { target }).then(({ status }) => status), { timeout: 5_000 })
      .toBe(404);
  });

  it('keeps an answer that is out of date where the server says 304 to its ETag', async () => {
    const hash = await upload(await photo(64, 48).png().toBuffer());
    const target = `/image/${hash}/resize/50%25`;
    const first = await rawRequest(through, { target });
    const askAgain = async () => {
      const { body } = await rawRequest(through, { target });
      const statuses = server.log.filter((line) => line.target === target).map((line) => line.status);
      return [body.equals(first.body), statuses.slice(0, 2)];
    };
    await expect.poll(askAgain, { timeout: 5_000 }).toEqual([true, [200, 304]]);
  });

  it('takes an upload near the limit', async () => {
    const noise = Buffer.from(
      Array.from({ length: 2_000 * 1_000 }, (_, index) => (index * 2_654_435_761) >>> 24),
    );
    const picture = await sharp(noise, { raw: { width: 2_000, height: 1_000, channels: 1 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    // A PNG may be followed by anything, so this one can have any size.
    const bytes = Buffer.concat([picture, Buffer.alloc(20 * 1024 ** 2 - picture.byteLength)]);
    const hash = await upload(bytes);
    const original = await rawRequest(through, { target: `/image/${hash}` });
    expect(original.body.equals(bytes)).toBe(true);
  });

  it('sends parts of an original', async () => {
    const bytes = await photo(64, 48).png().toBuffer();
    const hash = await upload(bytes);
    const part = await rawRequest(through, { target: `/image/${hash}`, headers: { Range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(part.body.equals(bytes.subarray(10, 20))).toBe(true);
  });

  const HASHES = [
    '..',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    '*',
    '?',
    '%00',
    'a%5cb',
    '%c0%ae',
    '.',
    '..%5c..%5cetc',
    'a%2fb',
    '/etc/passwd',
    `${'0'.repeat(40)}/`,
    '0'.repeat(40),
    '0'.repeat(39),
    `${'0'.repeat(40)}/../${'0'.repeat(40)}`,
    `${'0'.repeat(40)}/resize/100x%3E`,
    `${'0'.repeat(40)}/resize//`,
    `${'0'.repeat(40)}?x=1`,
    `${'0'.repeat(40)}/resize/%3Cscript%3E`,
  ];
  const requests: RawRequest[] = HASHES.flatMap((hash) =>
    ['GET', 'DELETE', 'HEAD'].map((method) => ({ method, target: `/image/${hash}` })),
  );

  it.each(requests)('answers $method $target as the server does', async (request) => {
    const [straight, proxied] = await Promise.all([
      rawRequest(direct, request),
      rawRequest(through, request),
    ]);
    expect(proxied.status).toBe(straight.status);
    expect(proxied.status).toBeGreaterThanOrEqual(400);
    expect(proxied.status).toBeLessThan(500);
  });
});
