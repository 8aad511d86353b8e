import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, postFile } from '../client.ts';
import { frames, photo, plain } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { inMegabytes, rssBytes } from './support/memory.ts';
import { mutants } from './support/mutants.ts';

const AT_ONCE = 4;
const DEADLINE_MS = 10_000;
const COLORS = [
  [200, 0, 0],
  [0, 200, 0],
  [0, 0, 200],
] as const;

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({
    RENDER_PROCESSES: '2',
    RENDER_DEADLINE_MS: String(DEADLINE_MS),
    CACHE_MEMORY_BYTES: '0',
  });
});
afterAll(() => server.stop());

const FORMATS: Readonly<Record<string, () => Promise<Buffer[]>>> = {
  JPEG: async () => [
    await photo(160, 120).jpeg().toBuffer(),
    await photo(160, 120)
      .jpeg({ progressive: true })
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .toBuffer(),
    await photo(60, 40).toColourspace('cmyk').jpeg().toBuffer(),
  ],
  PNG: async () => [
    await photo(80, 60).png().toBuffer(),
    await photo(80, 60).png({ progressive: true }).withIccProfile('p3').toBuffer(),
    await photo(80, 60).png({ palette: true, colours: 16 }).toBuffer(),
    await photo(40, 30).toColourspace('rgb16').png().toBuffer(),
  ],
  WebP: async () => [
    await photo(120, 90).webp().toBuffer(),
    await photo(80, 60)
      .webp({ lossless: true })
      .withExif({ IFD0: { Artist: 'somebody' } })
      .toBuffer(),
    await frames(40, 30, COLORS).webp().toBuffer(),
    await plain(40, 30, [10, 20, 30, 100]).webp().toBuffer(),
  ],
  AVIF: async () => [
    await photo(80, 60).avif({ effort: 0 }).toBuffer(),
    await plain(40, 30, [10, 20, 30, 100]).avif({ effort: 0 }).withIccProfile('p3').toBuffer(),
  ],
  GIF: async () => [await photo(80, 60).gif().toBuffer(), await frames(40, 30, COLORS).gif().toBuffer()],
  TIFF: async () => [
    await photo(60, 40).tiff({ compression: 'lzw' }).toBuffer(),
    await photo(60, 40).tiff({ compression: 'jpeg' }).toBuffer(),
    await photo(60, 40)
      .tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 })
      .toBuffer(),
    await sharp(await photo(60, 40).png().toBuffer())
      .tiff({ compression: 'none' })
      .withMetadata()
      .toBuffer(),
  ],
};

interface Outcome {
  readonly uploaded: number;
  readonly rendered: number | undefined;
  readonly tookMs: number;
}

/** Uploads a file; where it is taken, has something made of it, and deletes it. */
async function tryFile(bytes: Buffer): Promise<Outcome> {
  const startedMs = performance.now();
  const response = await postFile(server.url, bytes);
  const { hash } = (await response.json()) as { hash?: string };
  if (response.status !== 200)
    return { uploaded: response.status, rendered: undefined, tookMs: performance.now() - startedMs };
  const { status } = await get(`${server.url}/image/${hash}/resize/32x32/rotate/10/format/webp`);
  const info = await get(`${server.url}/info/${hash}`);
  expect([200, 413, 422, 503]).toContain(info.status);
  const deleted = await fetch(`${server.url}/image/${hash}`, { method: 'DELETE' });
  expect(deleted.status).toBe(200);
  return { uploaded: 200, rendered: status, tookMs: performance.now() - startedMs };
}

describe('files with random damage', () => {
  for (const [format, make] of Object.entries(FORMATS)) {
    fault(
      { id: 'D4', injected: `${format} files with flipped, cut, removed, repeated and foreign bytes` },
      async () => {
        const count = times({ short: 400, long: 10_000 });
        const files = mutants(await make(), { count, seed: 7 });
        const crashesBefore = crashes();
        const outcomes: Outcome[] = [];
        let rssEarly = 0;
        const work = files[Symbol.iterator]();
        const workAll = async () => {
          for (const file of work) {
            outcomes.push(await tryFile(file));
            if (outcomes.length === Math.floor(count / 4)) rssEarly = rssBytes(server.pid);
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, workAll));
        for (const { uploaded, rendered, tookMs } of outcomes) {
          expect([200, 413, 415, 422, 503]).toContain(uploaded);
          if (rendered !== undefined) expect([200, 413, 422, 503]).toContain(rendered);
          expect(tookMs).toBeLessThan(3 * DEADLINE_MS);
        }
        const growth = Math.max(0, rssBytes(server.pid) - rssEarly);
        expect(growth).toBeLessThan(64 * 1024 ** 2);
        expect(server.child.exitCode).toBeNull();
        expect((await get(`${server.url}/health`)).status).toBe(200);
        const slowestMs = Math.max(...outcomes.map(({ tookMs }) => tookMs));
        const crashed = crashes() - crashesBefore;
        return {
          times: count,
          held: `${countsOf(outcomes)}; render processes lost: ${crashed}; slowest ${Math.ceil(slowestMs)} ms; from the first quarter on the server grew by ${inMegabytes(growth)}`,
        };
      },
    );
  }

  fault({ id: 'H7', injected: 'nothing more' }, async () => {
    expect(server.log.filter(({ status }) => status === 500)).toEqual([]);
    return { times: 1, held: 'the same process answers, and no answer was a 500' };
  });
});

function crashes(): number {
  return server.log.filter((line) => line.kind === 'process_ended' && line.reason === 'crashed').length;
}

function countsOf(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { uploaded, rendered } of outcomes) {
    const key = rendered === undefined || rendered === 200 ? String(uploaded) : `200, then ${rendered}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([key, seen]) => `${seen} x ${key}`)
    .join(', ');
}
