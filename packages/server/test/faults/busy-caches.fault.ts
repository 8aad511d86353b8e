import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { get, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { inMegabytes } from './support/memory.ts';
import { eventually } from './support/processes.ts';
import { filesBelow } from './support/stored-files.ts';

let picture: Buffer;

beforeAll(async () => {
  picture = await photo(400, 300).jpeg().toBuffer();
});

describe('a full cache', () => {
  fault({ id: 'K5', injected: 'more variants than the cache may hold' }, async () => {
    const count = times({ short: 1500, long: 20_000 });
    const maxBytes = times({ short: 4, long: 40 }) * 1024 ** 2;
    const server = await startServer({
      CACHE_MAX_BYTES: String(maxBytes),
      CACHE_MEMORY_BYTES: '1mb',
      RENDER_PROCESSES: '2',
    });
    try {
      const hashes = await Promise.all(
        Array.from({ length: 10 }, async () => (await upload(server.url, picture)).hash),
      );
      let mostBytes = 0;
      let next = 0;
      const work = async () => {
        for (let index = next++; index < count; index = next++) {
          const url = `${server.url}/image/${hashes[index % 10]}/resize/${20 + Math.floor(index / 10)}x`;
          expect((await get(url)).status).toBe(200);
          if (index % 50 === 0)
            mostBytes = Math.max(mostBytes, await diskBytes(join(server.folder, 'cache')));
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
      expect(mostBytes).toBeLessThan(maxBytes * 1.05);
      return {
        times: count,
        held: `each is answered; with a budget of ${inMegabytes(maxBytes)} the folder never took more than ${inMegabytes(mostBytes)}`,
      };
    } finally {
      await server.stop();
    }
  });
});

/** As du(1) counts: whole blocks, folders too. */
async function diskBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map(async (entry) => {
    // What is evicted meanwhile takes nothing.
    const stats = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    return (stats?.blocks ?? 0) * 512;
  });
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

describe('deletions', () => {
  fault(
    { id: 'K6', injected: 'a picture deleted while variants of it are made, again and again' },
    async () => {
      const rounds = times({ short: 60, long: 500 });
      const server = await startServer({ RENDER_PROCESSES: '2' });
      try {
        for (let round = 0; round < rounds; round += 1) {
          const { hash } = await upload(server.url, picture);
          const urls = Array.from(
            { length: 6 },
            (_, index) => `${server.url}/image/${hash}/resize/${30 + index}x`,
          );
          const making = urls.map((url) => get(url));
          if (round % 2 === 0) await Promise.race(making);
          expect((await fetch(`${server.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(200);
          for (const { status } of await Promise.all(making)) expect([200, 404]).toContain(status);
          for (const url of [...urls, `${server.url}/image/${hash}`])
            expect((await get(url)).status).toBe(404);
          await eventually('no file is left of it', async () => {
            const files = [
              ...(await filesBelow(join(server.folder, 'uploads'))),
              ...(await filesBelow(join(server.folder, 'cache'))),
            ];
            return files.every((path) => !path.includes(hash.slice(2)));
          });
        }
        return { times: rounds, held: 'every later request is a 404, and no file is left' };
      } finally {
        await server.stop();
      }
    },
  );
});

describe('clients that leave', () => {
  fault(
    { id: 'H9', injected: 'requests for new variants whose clients leave after some milliseconds' },
    async () => {
      const count = times({ short: 200, long: 2000 });
      const server = await startServer({ RENDER_PROCESSES: '2' });
      try {
        const { hash } = await upload(server.url, picture);
        await Promise.all(
          Array.from({ length: count }, async (_, index) => {
            const signal = AbortSignal.timeout(5 + (index % 50));
            const response = fetch(`${server.url}/image/${hash}/resize/${100 + index}x/format/avif`, {
              signal,
            });
            await response.then((answer) => answer.arrayBuffer()).catch(() => undefined);
          }),
        );
        const startedMs = performance.now();
        const next = `${server.url}/image/${hash}/resize/10x`;
        await eventually('a new variant is made', async () => (await get(next)).status === 200);
        const tookMs = performance.now() - startedMs;
        expect(tookMs).toBeLessThan(3000);
        return {
          times: count,
          held: `none of them is rendered for nobody: the next variant comes after ${Math.ceil(tookMs)} ms`,
        };
      } finally {
        await server.stop();
      }
    },
  );
});
