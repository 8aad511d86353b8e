import { mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { eventually } from './support/processes.ts';
import { filesBelow } from './support/stored-files.ts';

const VARIANTS = 12;

let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(300, 200).jpeg().toBuffer();
  // Without the memory in front each answer is read from the disk.
  server = await startServer({ CACHE_MEMORY_BYTES: '0', RENDER_PROCESSES: '2' });
});
afterAll(() => server.stop());

const cache = () => join(server.folder, 'cache');
async function entries(): Promise<string[]> {
  const files = await filesBelow(cache());
  return files.filter((path) => !path.startsWith('.')).map((path) => join(cache(), path));
}

type Damage = (path: string, round: number) => Promise<void>;

const DAMAGES: readonly (readonly [string, Damage])[] = [
  ['a byte flipped', (path, round) => flip(path, (length) => (round * 7919) % length)],
  ['its first byte flipped', (path) => flip(path, () => 0)],
  ['its last byte flipped', (path) => flip(path, (length) => length - 1)],
  ['cut in half', async (path) => truncate(path, Math.floor((await stat(path)).size / 2))],
  ['empty', (path) => truncate(path, 0)],
  ['filled with zeros', async (path) => writeFile(path, Buffer.alloc((await stat(path)).size))],
  [
    'longer by a byte',
    async (path) => writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(1)])),
  ],
  ['gone', (path) => rm(path)],
  [
    'a folder in its place',
    async (path) => {
      await rm(path);
      await mkdir(path);
    },
  ],
  [
    'the entry of another variant',
    async (path) =>
      writeFile(path, await readFile((await entries()).find((other) => other !== path) ?? path)),
  ],
];

async function flip(path: string, place: (length: number) => number): Promise<void> {
  const bytes = await readFile(path);
  const at = place(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

describe('the cache on disk', () => {
  for (const [name, damage] of DAMAGES) {
    fault({ id: 'F19', injected: `every entry of the cache: ${name}` }, async () => {
      const rounds = times({ short: 1, long: 50 });
      let damaged = 0;
      for (let round = 0; round < rounds; round += 1) {
        const { hash } = await upload(server.url, picture);
        const urls = Array.from(
          { length: VARIANTS },
          (_, index) => `${server.url}/image/${hash}/resize/${20 + index}x`,
        );
        const before = await Promise.all(urls.map((url) => get(url)));
        await areKept(urls);
        for (const path of await entries()) {
          await damage(path, damaged);
          damaged += 1;
        }
        const after = await Promise.all(urls.map((url) => get(url)));
        for (const [index, answer] of after.entries()) {
          expect(answer.status).toBe(200);
          expect(answer.bytes.equals(before[index]?.bytes ?? Buffer.alloc(0))).toBe(true);
        }
        await areKept(urls);
        expect((await fetch(`${server.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(200);
        await eventually('nothing is left of it', async () =>
          (await entries()).every((path) => !path.includes(hash)),
        );
      }
      return { times: damaged, held: 'each variant is made anew, with the same bytes, and kept again' };
    });
  }
});

async function areKept(urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    await eventually(`${url} is kept`, async () => (await get(url)).headers.get('x-cache') === 'hit');
  }
}

describe('the originals on disk', () => {
  fault({ id: 'F20', injected: 'a byte of a stored original flipped, each sixteenth of it' }, async () => {
    let refused = 0;
    const count = 16;
    for (let part = 0; part < count; part += 1) {
      const { hash } = await upload(server.url, picture);
      const path = join(server.folder, 'uploads', hash.slice(0, 2), hash.slice(2));
      await flip(path, (length) => Math.floor((length * part) / count));
      const { status } = await get(`${server.url}/image/${hash}/resize/20x`);
      expect([200, 415, 422]).toContain(status);
      if (status !== 200) refused += 1;
    }
    return {
      times: count,
      held: `no 500: ${refused} are refused as broken; the others decode, and \`images-server verify\` tells them`,
    };
  });

  fault({ id: 'F20', injected: 'a stored original cut in half, empty, or gone' }, async () => {
    const damages: readonly [string, (path: string) => Promise<void>, number[]][] = [
      ['half', (path) => truncate(path, Math.floor(picture.length / 2)), [422]],
      ['empty', (path) => truncate(path, 0), [415, 422]],
      ['gone', (path) => rm(path), [404]],
    ];
    for (const [, damage, statuses] of damages) {
      const { hash } = await upload(server.url, picture);
      await damage(join(server.folder, 'uploads', hash.slice(0, 2), hash.slice(2)));
      for (const recipe of ['resize/20x', 'resize/21x', 'resize/20x']) {
        const answer = await get(`${server.url}/image/${hash}/${recipe}`);
        expect(statuses).toContain(answer.status);
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
    }
    return { times: damages.length, held: '422, 415 or 404, and none of it is cached' };
  });
});
