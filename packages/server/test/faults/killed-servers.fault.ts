import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, postFile, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { killServer } from './support/kill.ts';
import { filesBelow } from './support/stored-files.ts';

const UPLOADERS = 8;
const READERS = 8;
const MAX_LIFE_MS = 300;

/** Of different lengths, from 3 to 300 kB: some are killed in the middle of a write. */
let pictures: Buffer[];
let folder: string;

beforeAll(async () => {
  pictures = await Promise.all(
    [60, 200, 500, 900].map((side) => photo(side, side).jpeg({ quality: 95 }).toBuffer()),
  );
  const first = await startServer({});
  folder = first.folder;
  await killServer(first);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = () => startServer({ UPLOAD_STRIP: 'none', RENDER_PROCESSES: '2' }, { folder });
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Runs until the server is gone; whatever fails is the kill's doing. */
async function untilKilled(work: () => Promise<void>): Promise<void> {
  try {
    for (;;) await work();
  } catch {
    // The connection broke.
  }
}

/** How long each server lives under load, in milliseconds: the same in every run. */
function lives(count: number): number[] {
  return fc.sample(fc.integer({ min: 0, max: MAX_LIFE_MS }), { numRuns: count, seed: 9 });
}

/** Every file below the folder that has the name of an original. */
async function originals(): Promise<string[]> {
  const files = await filesBelow(join(folder, 'uploads'));
  return files.filter((path) => /^[0-9a-f]{2}\/[0-9a-f]{38}$/.test(path));
}

describe('kill -9', () => {
  fault(
    { id: 'F1', injected: `kill -9 of a server that ${UPLOADERS} clients upload to, at a random moment` },
    async () => {
      const rounds = times({ short: 15, long: 500 });
      const acknowledged = new Map<string, string>();
      const sent = new Set(pictures.map(digest));
      let slowestStartMs = 0;
      for (const lifeMs of lives(rounds)) {
        const startedMs = performance.now();
        const server = await start();
        slowestStartMs = Math.max(slowestStartMs, performance.now() - startedMs);
        const uploading = Array.from({ length: UPLOADERS }, (_, index) =>
          untilKilled(async () => {
            const picture = pictures[index % pictures.length] ?? Buffer.alloc(0);
            const response = await postFile(server.url, picture);
            const { hash } = (await response.json()) as { hash: string };
            if (response.status === 200) acknowledged.set(hash, digest(picture));
          }),
        );
        await sleep(lifeMs + MAX_LIFE_MS / 2);
        await killServer(server);
        await Promise.all(uploading);
      }
      const survivor = await start();
      for (const [hash, sum] of acknowledged) {
        const answer = await get(`${survivor.url}/image/${hash}`);
        expect([hash, answer.status, digest(answer.bytes)]).toEqual([hash, 200, sum]);
      }
      // Those that were stored and not acknowledged are whole too.
      for (const path of await originals()) {
        expect(sent).toContain(digest(await readFile(join(folder, 'uploads', path))));
      }
      expect((await filesBelow(join(folder, 'uploads/.tmp'))).length).toBe(0);
      await killServer(survivor);
      expect(acknowledged.size).toBeGreaterThan(rounds);
      return {
        times: rounds,
        held: `0 of ${acknowledged.size} acknowledged pictures lost or changed, no partial file visible, no temporary file left; the slowest start took ${Math.ceil(slowestStartMs)} ms`,
      };
    },
  );

  fault(
    { id: 'F2', injected: `kill -9 of a server that ${READERS} clients have render, at a random moment` },
    async () => {
      const rounds = times({ short: 15, long: 500 });
      const first = await start();
      const { hash } = await upload(first.url, pictures[2] ?? Buffer.alloc(0));
      await killServer(first);
      /** By path, as it was first answered. */
      const answered = new Map<string, string>();
      let answers = 0;
      let width = 20;
      const ask = async (server: ServerProcess, path: string) => {
        const answer = await get(server.url + path);
        if (answer.status !== 200) throw new Error(`${answer.status} for ${path}`);
        const sum = digest(answer.bytes);
        expect([path, answered.get(path) ?? sum]).toEqual([path, sum]);
        answered.set(path, sum);
        answers += 1;
      };
      for (const lifeMs of lives(rounds)) {
        const server = await start();
        const earlier = [...answered.keys()].slice(-20);
        const failures: unknown[] = [];
        const reading = Array.from({ length: READERS }, () =>
          untilKilled(async () => {
            width = width >= 900 ? 20 : width + 1;
            const path = earlier.pop() ?? `/image/${hash}/resize/${width}x`;
            await ask(server, path).catch((error: unknown) => {
              if (error instanceof Error && error.name === 'AssertionError') failures.push(error);
              throw error;
            });
          }),
        );
        await sleep(lifeMs + MAX_LIFE_MS / 2);
        await killServer(server);
        await Promise.all(reading);
        expect(failures).toEqual([]);
      }
      const survivor = await start();
      for (const path of answered.keys()) await ask(survivor, path);
      const original = await get(`${survivor.url}/image/${hash}`);
      expect(original.bytes.equals(pictures[2] ?? Buffer.alloc(0))).toBe(true);
      await killServer(survivor);
      return {
        times: rounds,
        held: `each of ${answered.size} variants had the same bytes in all ${answers} answers, before and after; the original is untouched`,
      };
    },
  );
});
