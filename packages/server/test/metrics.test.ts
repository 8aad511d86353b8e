import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as client from './client.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const KEY = 'the-key-of-the-metrics';

let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(320, 240).jpeg().toBuffer();
  server = await startServer();
});
afterAll(() => server.stop());

let made = 0;

function get(url: string, init?: RequestInit) {
  made += 1;
  return client.get(url, init);
}

function postFile(bytes: Uint8Array) {
  made += 1;
  return client.postFile(server.url, bytes);
}

async function uploadPicture() {
  const response = await postFile(picture);
  return (await response.json()) as client.Uploaded;
}

async function printed(): Promise<string> {
  const { bytes } = await get(`${server.url}/metrics`);
  return bytes.toString('utf8');
}

/** The value of the series whose name and labels, in their order, are these; 0 where there is none. */
async function seriesValue(series: string): Promise<number> {
  const line = (await printed()).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

/** An answer may be here before the server has noted that it is sent. */
async function everythingIsNoted(): Promise<void> {
  const isNoted = async () => {
    const values = [...(await printed()).matchAll(/^images_requests_total\{.*\} (\d+)$/gm)];
    return values.reduce((sum, [, value]) => sum + Number(value), 0) === made - 1;
  };
  await expect.poll(isNoted).toBe(true);
}

/** By how much it grows by this work. */
async function growth(series: string, work: () => Promise<unknown>): Promise<number> {
  await everythingIsNoted();
  const before = await seriesValue(series);
  await work();
  await everythingIsNoted();
  return (await seriesValue(series)) - before;
}

describe('GET /metrics', () => {
  it('is text of Prometheus, kept by nobody', async () => {
    const { status, headers } = await get(`${server.url}/metrics`);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'no-store',
    ]);
    expect((await get(`${server.url}/metrics`, { method: 'HEAD' })).status).toBe(200);
    expect((await get(`${server.url}/metrics?a=b`)).status).toBe(400);
  });

  it('counts requests by route, method, status and first operation, those out of memory too', async () => {
    const { url } = await uploadPicture();
    const ask = async () => {
      for (let count = 0; count < 5; count += 1) await get(`${server.url}${url}/format/webp/flip/h`);
    };
    expect(
      await growth('images_requests_total{route="/image",method="GET",status="200",operation="flip"}', ask),
    ).toBe(5);
  });

  it('counts bytes, uploads and deletions', async () => {
    const { hash } = await uploadPicture();
    const url = `${server.url}/image/${hash}`;
    const { bytes } = await get(url);
    expect(await growth('images_response_bytes_total{route="/image"}', () => get(url))).toBe(bytes.length);
    expect(
      await growth('images_response_bytes_total{route="/image"}', () => get(url, { method: 'HEAD' })),
    ).toBe(0);
    expect(await growth('images_uploads_total', () => uploadPicture())).toBe(1);
    expect(await growth('images_deletions_total', () => get(url, { method: 'DELETE' }))).toBe(1);
  });

  it('counts errors by their code, and none as an upload', async () => {
    const broken = () => postFile(Buffer.from('no picture'));
    expect(await growth('images_errors_total{code="not_a_picture"}', broken)).toBe(1);
    expect(await growth('images_uploads_total', broken)).toBe(0);
    const unknown = 'images_requests_total{route="none",method="GET",status="404",operation="none"}';
    expect(await growth(unknown, () => get(`${server.url}/no-such-route/resize/10x`))).toBe(1);
  });

  it('counts what was no HTTP at all', async () => {
    const speakNonsense = async () => {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      socket.end('this is no HTTP\r\n\r\n');
      socket.resume();
      await once(socket, 'close');
    };
    expect(await growth('images_errors_total{code="bad_request"}', speakNonsense)).toBe(1);
  });

  it('measures the stages of a variant by its format', async () => {
    const { url } = await uploadPicture();
    const ask = () => get(`${server.url}${url}/resize/77x/format/png`);
    const series = (stage: string) => `images_stage_duration_seconds_count{stage="${stage}",format="png"}`;
    await ask();
    // What is stored is stored behind the answer.
    await expect.poll(() => seriesValue(series('store'))).toBe(1);
    const counts = await Promise.all(['open', 'queue', 'render'].map((stage) => seriesValue(series(stage))));
    expect(counts).toEqual([1, 1, 1]);
    expect(await seriesValue('images_render_jobs_total{kind="render",outcome="answered"}')).toBeGreaterThan(
      0,
    );
  });

  it('tells of the cache, and where an entry was found', async () => {
    const { url } = await uploadPicture();
    const target = `${server.url}${url}/resize/66x`;
    const ask = () => get(target);
    expect(await growth('images_cache_lookups_total{result="miss"}', ask)).toBe(1);
    expect(await growth('images_cache_lookups_total{result="memory"}', ask)).toBe(1);
    await expect.poll(() => seriesValue('images_cache_entries')).toBeGreaterThan(0);
    expect(await seriesValue('images_cache_bytes')).toBeGreaterThan(0);
  });

  it('counts fetches by outcome', async () => {
    const refused = () => get(`${server.url}/external?url=http%3A%2F%2F127.0.0.1%2F`);
    expect(await growth('images_origin_fetches_total{outcome="address_refused"}', refused)).toBe(1);
  });

  it('tells of the render processes', async () => {
    expect(await seriesValue('images_render_processes')).toBeGreaterThan(0);
    // Where there is no /proc, nobody knows.
    if (existsSync('/proc/self/status')) {
      expect(await seriesValue('images_render_memory_bytes')).toBeGreaterThan(10 * 1024 ** 2);
    }
    expect(await seriesValue('images_ready')).toBe(1);
  });

  it('has no series for what a client makes up', async () => {
    await get(`${server.url}/image/made-up-hash/made-up-operation/1`);
    await get(`${server.url}/made-up-route`);
    await get(`${server.url}/external?url=http%3A%2F%2Fmade-up-host.invalid%2F`);
    await everythingIsNoted();
    expect(await printed()).not.toContain('made-up');
  });
});

describe('METRICS and METRICS_KEYS', () => {
  it('answer 403 where metrics are switched off', async () => {
    const silent = await startServer({ METRICS: 'off' });
    try {
      const answer = await client.get(`${silent.url}/metrics`);
      expect([answer.status, answer.json().code]).toEqual([403, 'metrics_disabled']);
    } finally {
      await silent.stop();
    }
  });

  it('want a key where there are keys', async () => {
    const closed = await startServer({ METRICS_KEYS: `${KEY},another-key-of-enough` });
    try {
      const answers = [undefined, 'Bearer wrong', `Basic ${KEY}`].map((authorization) =>
        client.get(
          `${closed.url}/metrics`,
          authorization === undefined ? {} : { headers: { authorization } },
        ),
      );
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([401, 401, 401]);
      const right = await client.get(`${closed.url}/metrics`, {
        headers: { authorization: `Bearer ${KEY}` },
      });
      expect(right.status).toBe(200);
    } finally {
      await closed.stop();
    }
  });
});
