import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Origin, startOrigin } from '../../test/origin.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { openDiskStore } from '../blobs/disk.ts';
import { createVariantCache } from '../cache/create-variant-cache.ts';
import type { VariantCache } from '../cache/variant-cache.ts';
import { ServiceError } from '../errors.ts';
import { runJob } from '../render/child/run-job.ts';
import type { RenderJob } from '../render/protocol.ts';
import type { RenderResultOf } from '../render/renderer.ts';
import { createFetchRemote, FETCH_LIMITS } from './fetch-remote.ts';
import { createRemoteSource, type RemoteSource } from './remote.ts';
import type { Original } from './source.ts';

const MB = 1024 * 1024;
const [RED, BLUE] = await Promise.all(
  ['#c00', '#00c'].map((background) =>
    sharp({ create: { width: 64, height: 48, channels: 3, background } })
      .png()
      .toBuffer(),
  ),
);

let folder: string;
let blobs: BlobStore;
let cache: VariantCache;
let origin: Origin;
let answer: RequestListener;
let source: RemoteSource;
let nowMs: number;
let verified: number;
let warnings: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remote-'));
  blobs = await openDiskStore({ directory: join(folder, 'cache'), durable: false });
  answer = send(RED);
  origin = await startOrigin((request, response) => answer(request, response));
  nowMs = 1_700_000_000_000;
  verified = 0;
  warnings = [];
  await start();
});

afterEach(async () => {
  await source.close();
  await cache.close();
  await blobs.close();
  await origin.close();
  await rm(folder, { recursive: true });
});

/** Starts a source on the folder as it is, as a new process would. */
async function start(
  options: { keepsNothing?: boolean; memoryBytes?: number; failureMs?: number; losesRecords?: boolean } = {},
): Promise<void> {
  const { keepsNothing = false, memoryBytes = MB, failureMs = 60_000, losesRecords = false } = options;
  cache = createVariantCache({
    blobs: keepsNothing ? undefined : blobs,
    maxBytes: 100 * MB,
    memoryBytes,
    minFreeBytes: 0,
  });
  source = createRemoteSource({
    cache: losesRecords ? { ...cache, put: putAllBut('source') } : cache,
    fetchRemote: createFetchRemote({
      allowHosts: undefined,
      allowAddresses: ['127.0.0.0/8'],
      allowPorts: [],
      limits: { ...FETCH_LIMITS, maxBytes: MB },
      version: '1.0.0',
    }),
    renderer: {
      async run<Job extends RenderJob>(job: Job) {
        if (job.kind === 'verify') verified += 1;
        // What a render process would answer, without the process.
        return (await runJob(job)) as RenderResultOf<Job>;
      },
      hasRoom: () => true,
      refusal: () => undefined,
      assertRoom: () => {},
      status: () => ({ waiting: 0, running: 0, processes: 0 }),
      close: async () => {},
    },
    limits: {
      maxPixels: { light: 1e6, middle: 1e6, heavy: 1e6, avif: 1e6 },
      maxSidePx: 10_000,
      maxFrames: 10,
    },
    temporaryFile: () => blobs.temporaryFile(),
    freshSeconds: 100,
    staleSeconds: 1_000,
    failureMs,
    now: () => nowMs,
    log: { warn: (_details: unknown, message?: string) => warnings.push(String(message)) },
  });
}

/** As a cache does whose disk is full by then. */
function putAllBut(lost: string): VariantCache['put'] {
  return async (ticket, name, entry) => (name === lost ? undefined : cache.put(ticket, name, entry));
}

async function restart(options: Parameters<typeof start>[0] = {}): Promise<void> {
  await source.close();
  await cache.close();
  await start(options);
}

function send(bytes: Buffer | undefined, etag?: string): RequestListener {
  return (request, response) => {
    if (etag !== undefined) response.setHeader('etag', etag);
    if (etag !== undefined && request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.end(bytes);
  };
}

/** Answers when told to, so that a test decides what happens meanwhile. */
function holdAnswers() {
  const held: ServerResponse[] = [];
  answer = (_request: IncomingMessage, response) => held.push(response);
  return {
    arrived: (count: number) => vi.waitFor(() => expect(held).toHaveLength(count), { interval: 2 }),
    send: (bytes: Buffer | undefined, index = 0) => held[index]?.end(bytes),
  };
}

function resolve(options: { reset?: boolean; path?: string; signal?: AbortSignal } = {}): Promise<Original> {
  const { reset = false, path = '/a.png', signal = new AbortController().signal } = options;
  return source.resolve(`${origin.url}${path}`, { reset, signal });
}

async function bytesOf(original: Original): Promise<Buffer> {
  const local = await original.open(new AbortController().signal);
  try {
    return (await readFile(local.path)).subarray(local.offset, local.offset + local.length);
  } finally {
    await local.release();
  }
}

function sha256(bytes: Buffer | string | undefined): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
  );

describe('createRemoteSource', () => {
  it('gives the picture, its facts, the hash of its bytes and that of its URL', async () => {
    const original = await resolve({ path: '/a.png#top' });
    expect(original.group).toBe(sha256(`${origin.url}/a.png`));
    expect(original.id).toBe(sha256(RED));
    expect(original.facts).toMatchObject({ format: 'png', width: 64, height: 48, bytes: RED?.length });
    expect(original.freshness).toEqual({ kind: 'remote', freshUntilMs: nowMs + 100_000, stale: false });
    expect(await bytesOf(original)).toEqual(RED);
  });

  it('fetches a picture once for all who ask at the same time', async () => {
    const hold = holdAnswers();
    const asked = Array.from({ length: 5 }, () => resolve());
    await hold.arrived(1);
    hold.send(RED);
    const originals = await Promise.all(asked);
    expect(new Set(originals.map(({ id }) => id))).toEqual(new Set([sha256(RED)]));
    expect([origin.requests.length, verified]).toEqual([1, 1]);
    for (const original of originals) expect(await bytesOf(original)).toEqual(RED);
  });

  it('does not fetch again what is fresh, nor after a restart', async () => {
    await resolve();
    nowMs += 99_999;
    await resolve();
    await restart();
    const original = await resolve();
    expect([original.freshness, original.facts.format]).toEqual([
      { kind: 'remote', freshUntilMs: nowMs + 1, stale: false },
      'png',
    ]);
    expect(await bytesOf(original)).toEqual(RED);
    expect([origin.requests.length, verified]).toEqual([1, 1]);
  });

  it('leaves no file behind but those of the cache', async () => {
    await bytesOf(await resolve());
    await resolve({ reset: true });
    answer = send(Buffer.from('no picture'));
    await failure(resolve({ path: '/b.png' }));
    await source.close();
    expect(await readdir(join(folder, 'cache', '.tmp'))).toEqual([]);
  });

  it('ends the fetch when the last who asked has left, and not before', async () => {
    const hold = holdAnswers();
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [first, second].map(({ signal }) => failure(resolve({ signal })));
    await hold.arrived(1);
    first.abort();
    expect(await asked[0]).toBe('client_gone');
    const closed = new Promise((done) => origin.requests[0]?.socket.once('close', done));
    second.abort();
    expect(await asked[1]).toBe('client_gone');
    await closed;
    answer = send(RED);
    expect((await resolve()).id).toBe(sha256(RED));
  });

  it.each(['file:///etc/passwd', 'http://a:b@127.0.0.1/', 'nonsense'])('refuses %s', async (url) => {
    const { signal } = new AbortController();
    expect(await failure(source.resolve(url, { reset: false, signal }))).toBe('bad_url');
  });
});

describe('createRemoteSource: what is no whole picture', () => {
  it.each([
    ['text', 'not_a_picture', Buffer.from('<html>no picture</html>')],
    ['a truncated one', 'broken_picture', RED?.subarray(0, RED.length - 20)],
    ['nothing', 'not_a_picture', Buffer.alloc(0)],
  ])('is refused and not kept: %s', async (_, code, bytes) => {
    answer = send(bytes);
    expect(await failure(resolve())).toBe(code);
    answer = send(RED);
    expect(await failure(resolve())).toBe(code);
    expect(origin.requests).toHaveLength(1);
    expect((await resolve({ reset: true })).id).toBe(sha256(RED));
    expect((await resolve()).id).toBe(sha256(RED));
  });
});

describe('createRemoteSource: failures', () => {
  it('are remembered for a moment, until a reset succeeds', async () => {
    answer = (_request, response) => response.writeHead(404).end();
    expect(await failure(resolve())).toBe('origin_failed');
    answer = send(RED);
    expect(await failure(resolve())).toBe('origin_failed');
    expect(origin.requests).toHaveLength(1);
    await resolve({ reset: true });
    expect((await resolve()).id).toBe(sha256(RED));
  });

  it('are forgotten after that', async () => {
    await restart({ failureMs: 1 });
    answer = (_request, response) => response.writeHead(404).end();
    await failure(resolve());
    answer = send(RED);
    await vi.waitFor(async () => expect(await failure(resolve())).toBe('no failure'), { interval: 2 });
  });

  it('of one picture do not touch another', async () => {
    answer = (request, response) =>
      request.url === '/bad' ? response.writeHead(500).end() : response.end(RED);
    expect(await failure(resolve({ path: '/bad' }))).toBe('origin_failed');
    expect((await resolve({ path: '/good' })).id).toBe(sha256(RED));
  });
});

describe('createRemoteSource: stale pictures', () => {
  it('are the answer while they are renewed behind it', async () => {
    await resolve();
    nowMs += 100_000;
    const hold = holdAnswers();
    const first = await resolve();
    for (const { id, freshness } of [first, await resolve(), await resolve()]) {
      expect([id, freshness]).toEqual([sha256(RED), { kind: 'remote', freshUntilMs: nowMs, stale: true }]);
    }
    await hold.arrived(1);
    hold.send(BLUE);
    await vi.waitFor(async () => expect((await resolve()).id).toBe(sha256(BLUE)), { interval: 2 });
    expect((await resolve()).freshness).toMatchObject({ stale: false });
    expect(await bytesOf(await resolve())).toEqual(BLUE);
    expect(await bytesOf(first)).toEqual(RED);
    expect(origin.requests).toHaveLength(2);
  });

  it('stay the same picture, undecoded, when the origin says that they still hold', async () => {
    answer = send(RED, '"v1"');
    await resolve();
    await restart();
    nowMs += 200_000;
    await resolve();
    await vi.waitFor(async () => expect((await resolve()).freshness).toMatchObject({ stale: false }), {
      interval: 2,
    });
    expect(origin.requests.map((request) => request.headers['if-none-match'])).toEqual([undefined, '"v1"']);
    await restart();
    expect(await resolve()).toMatchObject({ id: sha256(RED), freshness: { freshUntilMs: nowMs + 100_000 } });
    expect([origin.requests.length, verified]).toEqual([2, 1]);
  });

  it('stay the same picture, undecoded, when the same bytes come again', async () => {
    await resolve();
    nowMs += 200_000;
    await resolve();
    await vi.waitFor(async () => expect((await resolve()).freshness).toMatchObject({ stale: false }), {
      interval: 2,
    });
    expect([origin.requests.length, verified]).toEqual([2, 1]);
  });

  it('are used on while the origin fails, which is asked once in a while', async () => {
    await resolve();
    nowMs += 200_000;
    answer = (_request, response) => response.writeHead(500).end();
    for (let round = 0; round < 3; round += 1) {
      expect((await resolve()).freshness).toMatchObject({ stale: true });
      await vi.waitFor(() => expect(warnings).toEqual(['a remote picture was not renewed']), { interval: 2 });
    }
    expect(origin.requests).toHaveLength(2);
  });

  it('are no answer any more after their time: the origin is asked first', async () => {
    answer = send(RED, '"v1"');
    await resolve();
    nowMs += 1_100_000;
    expect(await resolve()).toMatchObject({ id: sha256(RED), freshness: { stale: false } });
    nowMs += 1_100_000;
    answer = (_request, response) => response.writeHead(500).end();
    expect(await failure(resolve())).toBe('origin_failed');
  });

  it.each([
    ['is set back', -10_000],
    ['jumps ahead by ten years', 10 * 365 * 86_400_000],
  ])('come of a clock that %s: not fresh for longer, and soon right again', async (_, jumpMs) => {
    await resolve();
    nowMs += jumpMs;
    await resolve();
    await vi.waitFor(
      async () =>
        expect((await resolve()).freshness).toEqual({
          kind: 'remote',
          freshUntilMs: nowMs + 100_000,
          stale: false,
        }),
      { interval: 2 },
    );
    expect(origin.requests).toHaveLength(2);
  });
});

describe('createRemoteSource: reset', () => {
  it('downloads again and replaces what was kept, without asking whether it still holds', async () => {
    answer = send(RED, '"v1"');
    await resolve();
    answer = send(BLUE, '"v1"');
    expect((await resolve({ reset: true })).id).toBe(sha256(BLUE));
    expect((await resolve()).id).toBe(sha256(BLUE));
    await restart();
    expect(await bytesOf(await resolve())).toEqual(BLUE);
    expect(origin.requests.map((request) => request.headers['if-none-match'])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is one download for all who ask for it at the same time', async () => {
    const hold = holdAnswers();
    const asked = Array.from({ length: 100 }, () => resolve({ reset: true }));
    await hold.arrived(1);
    hold.send(RED);
    await Promise.all(asked);
    expect(origin.requests).toHaveLength(1);
  });

  it('leaves what was kept when it fails', async () => {
    await resolve();
    answer = (_request, response) => response.writeHead(500).end();
    expect(await failure(resolve({ reset: true }))).toBe('origin_failed');
    expect((await resolve()).id).toBe(sha256(RED));
  });

  it('outranks a fetch that began before it, though that one ends after it', async () => {
    const hold = holdAnswers();
    const before = resolve();
    await hold.arrived(1);
    const reset = resolve({ reset: true });
    await hold.arrived(2);
    hold.send(BLUE, 1);
    expect((await reset).id).toBe(sha256(BLUE));
    hold.send(RED, 0);
    expect(await bytesOf(await before)).toEqual(RED);
    expect((await resolve()).id).toBe(sha256(BLUE));
    await restart();
    expect((await resolve()).id).toBe(sha256(BLUE));
  });
});

describe('createRemoteSource: caches that forget', () => {
  it('fetches the bytes again where the cache has dropped them, once for all', async () => {
    await resolve();
    await restart({ memoryBytes: 0 });
    const original = await resolve();
    await cache.drop(original.group, `original-${original.id}`);
    const opened = await Promise.all([1, 2, 3].map(() => bytesOf(original)));
    for (const bytes of opened) expect(bytes).toEqual(RED);
    expect(origin.requests).toHaveLength(2);
  });

  it('does not pass off other bytes as those of the picture', async () => {
    await resolve();
    await restart({ memoryBytes: 0 });
    const original = await resolve();
    await cache.drop(original.group, `original-${original.id}`);
    answer = send(BLUE);
    expect(await failure(bytesOf(original))).toBe('origin_failed');
    expect(await bytesOf(await resolve())).toEqual(BLUE);
  });

  it('shares one fetch among those who ask at the same time, and shortly after, where the cache keeps nothing', async () => {
    await restart({ keepsNothing: true, memoryBytes: 0 });
    const originals = await Promise.all(Array.from({ length: 5 }, () => resolve()));
    for (const original of originals) expect(await bytesOf(original)).toEqual(RED);
    expect(await bytesOf(await resolve())).toEqual(RED);
    expect(origin.requests).toHaveLength(1);
  });

  it('makes a file of bytes that the cache has in memory only', async () => {
    await restart({ keepsNothing: true });
    const { id, group } = await resolve();
    await source.close();
    const entries = await Promise.all(['source', `original-${id}`].map((name) => cache.get(group, name)));
    await start({ keepsNothing: true });
    for (const [index, name] of ['source', `original-${id}`].entries()) {
      const entry = entries[index];
      if (entry !== undefined) await cache.put(cache.ticket(group), name, entry);
    }
    expect(await bytesOf(await resolve())).toEqual(RED);
    expect(origin.requests).toHaveLength(1);
  });

  it('does not come back with the old picture where the cache could not take the new one', async () => {
    await resolve();
    await restart({ losesRecords: true });
    answer = send(BLUE);
    await resolve({ reset: true });
    await restart();
    expect((await resolve()).id).toBe(sha256(BLUE));
    expect(origin.requests).toHaveLength(3);
  });

  it('takes a damaged record for none', async () => {
    const { group } = await resolve();
    await source.close();
    await cache.put(cache.ticket(group), 'source', { bytes: Buffer.alloc(0), meta: { id: 'x' } });
    await restart();
    expect((await resolve()).id).toBe(sha256(RED));
    expect(origin.requests).toHaveLength(2);
  });
});
