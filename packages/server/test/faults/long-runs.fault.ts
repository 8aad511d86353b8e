import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, postFile, upload } from '../client.ts';
import { type Origin, startOrigin } from '../origin.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { interlacedPng } from './bombs/png.ts';
import { fault, times } from './support/fault.ts';
import { inMegabytes, rssBytes } from './support/memory.ts';
import { childrenOf, descriptorsOf, eventually } from './support/processes.ts';
import { filesBelow } from './support/stored-files.ts';

const AT_ONCE = 8;
const CACHE_MAX_BYTES = 8 * 1024 ** 2;

let server: ServerProcess;
let origin: Origin;
let pictures: Buffer[];
let hashes: string[];

beforeAll(async () => {
  pictures = [
    await photo(400, 300).jpeg().toBuffer(),
    await photo(200, 150).png().toBuffer(),
    await photo(300, 200).webp().toBuffer(),
  ];
  origin = await startOrigin((_request, response) => response.end(pictures[1]));
  server = await startServer({
    RENDER_PROCESSES: '2',
    EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8',
    CACHE_MAX_BYTES: String(CACHE_MAX_BYTES),
    CACHE_MEMORY_BYTES: '4mb',
  });
  hashes = (await Promise.all(pictures.map((picture) => upload(server.url, picture)))).map(
    ({ hash }) => hash,
  );
});
afterAll(async () => {
  await server.stop();
  await origin.close();
});

const pick = <Item>(items: readonly Item[], index: number): Item => {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
};

/** One request after the other: most for variants, some for all else, one of twenty hostile. The statuses that are right. */
async function request(index: number): Promise<void> {
  const hash = pick(hashes, index);
  const image = `${server.url}/image/${hash}`;
  const kind = index % 20;
  if (kind < 11) return expectStatus(await get(`${image}/resize/${20 + ((index * 7) % 300)}x`), 200);
  if (kind === 11) return expectStatus(await get(`${image}/crop/50x50/rotate/10/format/webp`), 200);
  if (kind === 12) return expectStatus(await get(image), 200);
  if (kind === 13) return expectStatus(await get(`${image}/resize/40x`, { method: 'HEAD' }), 200);
  if (kind === 14) return uploadAndDelete(pick(pictures, index));
  if (kind === 15)
    return expectStatus(
      await get(`${server.url}/external?url=${origin.url}/${index % 50}.png&operations=resize/30x`),
      200,
    );
  if (kind === 16) return expectStatus(await get(`${image}/resize/abc`), 400);
  if (kind === 17) return expectStatus(await get(`${server.url}/image/${'0'.repeat(40)}/resize/10x`), 404);
  if (kind === 18) return leaveEarly(`${image}/resize/${400 + (index % 100)}x/format/avif`);
  return expectStatus(
    await postFile(
      server.url,
      pick([interlacedPng(), pictures[0]?.subarray(0, 3000) ?? Buffer.alloc(0)], index),
    ),
    413,
    422,
  );
}

function expectStatus({ status }: { readonly status: number }, ...statuses: readonly number[]): void {
  expect(statuses).toContain(status);
}

async function uploadAndDelete(picture: Buffer): Promise<void> {
  const { hash } = await upload(server.url, picture);
  expectStatus(await get(`${server.url}/image/${hash}/resize/25x`), 200);
  expectStatus(await fetch(`${server.url}/image/${hash}`, { method: 'DELETE' }), 200);
  expectStatus(await get(`${server.url}/image/${hash}/resize/25x`), 404);
}

async function leaveEarly(url: string): Promise<void> {
  await fetch(url, { signal: AbortSignal.timeout(15) })
    .then(
      (response) => response.arrayBuffer(),
      () => undefined,
    )
    .catch(() => undefined);
}

describe('many requests in a row', () => {
  fault(
    {
      id: 'F29',
      injected:
        'mixed requests: variants, originals, uploads, deletions, remote and hostile ones, clients that leave',
    },
    async () => {
      const count = times({ short: 6000, long: 100_000 });
      let next = 0;
      let rssEarly = 0;
      let descriptorsEarly = 0;
      const work = async () => {
        for (let index = next++; index < count; index = next++) {
          await request(index);
          if (index !== Math.floor(count * 0.4)) continue;
          rssEarly = rssBytes(server.pid);
          descriptorsEarly = descriptorsOf(server.pid);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      await eventually(
        'nothing is left of the uploads',
        async () => (await filesBelow(join(server.folder, 'uploads/.tmp'))).length === 0,
      );
      const growth = Math.max(0, rssBytes(server.pid) - rssEarly);
      expect(growth).toBeLessThan(32 * 1024 ** 2);
      expect(descriptorsOf(server.pid)).toBeLessThanOrEqual(descriptorsEarly + 10);
      expect(childrenOf(server.pid).length).toBeLessThanOrEqual(4);
      expect(server.log.filter(({ status }) => status === 500)).toEqual([]);
      expect(server.child.exitCode).toBeNull();
      return {
        times: count,
        held: `each answered as it should be; after the first two fifths the server grew by ${inMegabytes(growth)}, and no descriptor, process or file is left over`,
      };
    },
  );
});
