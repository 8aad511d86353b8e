import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect } from 'vitest';
import { get, postFile, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { startMountedServer } from './support/mounted-server.ts';
import { FILE_HEADERS, multipart, postRequest } from './support/multipart.ts';
import { eventually } from './support/processes.ts';
import { exchange, statusesOf } from './support/raw-socket.ts';
import { filesBelow } from './support/stored-files.ts';

let picture: Buffer;

beforeAll(async () => {
  picture = await photo(400, 300).jpeg({ quality: 95 }).toBuffer();
});

async function answerOfUpload(url: string) {
  const response = await postFile(url, picture);
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

async function widthOf(url: string): Promise<number> {
  const answer = await get(url);
  expect(answer.status).toBe(200);
  return (await sharp(answer.bytes).metadata()).width;
}

/** The disk is tried every ten seconds. */
async function turnsRed(url: string, reason: string): Promise<void> {
  const isRed = async () => {
    const ready = await get(`${url}/ready`);
    return ready.status === 503 && JSON.stringify(ready.json().reasons) === JSON.stringify([reason]);
  };
  await eventually(`/ready says: ${reason}`, isRed, 15_000);
}

describe('a disk without space', () => {
  fault(
    { id: 'F6', injected: 'the disk of the originals full', needs: ['root', 'mount namespaces'] },
    async () => {
      const { server, fill, stop } = await startMountedServer({ folder: 'uploads', size: '16m' });
      try {
        const { hash } = await upload(server.url, picture);
        const other = await upload(server.url, picture);
        await get(`${server.url}/image/${hash}/resize/100x`);
        const rounds = times({ short: 5, long: 100 });
        for (let round = 0; round < rounds; round += 1) {
          const free = await fill();
          expect(await answerOfUpload(server.url)).toEqual({ status: 507, code: 'disk_full' });
          expect(await widthOf(`${server.url}/image/${hash}/resize/100x`)).toBe(100);
          expect(await widthOf(`${server.url}/image/${hash}/resize/${200 + round}x`)).toBe(200 + round);
          expect((await get(`${server.url}/image/${hash}`)).bytes.equals(picture)).toBe(true);
          expect((await get(`${server.url}/health`)).status).toBe(200);
          if (round === 0) await turnsRed(server.url, 'the disk of the originals is full');
          if (round === 0) {
            expect((await fetch(`${server.url}/image/${other.hash}`, { method: 'DELETE' })).status).toBe(200);
          }
          await free();
          expect((await answerOfUpload(server.url)).status).toBe(200);
        }
        return {
          times: rounds,
          held: 'uploads are a 507, and /ready says why; originals, cached and new variants and DELETE go on; uploads work again once there is space',
        };
      } finally {
        await stop();
      }
    },
  );

  fault(
    { id: 'F6', injected: 'the disk of the cache full', needs: ['root', 'mount namespaces'] },
    async () => {
      const env = { CACHE_MEMORY_BYTES: '0' };
      const { server, fill, stop } = await startMountedServer({ folder: 'cache', size: '16m', env });
      try {
        const { hash } = await upload(server.url, picture);
        const rounds = times({ short: 5, long: 100 });
        for (let round = 0; round < rounds; round += 1) {
          const url = `${server.url}/image/${hash}/resize/${100 + round}x`;
          const free = await fill();
          expect(await widthOf(url)).toBe(100 + round);
          expect(await widthOf(url)).toBe(100 + round);
          expect((await answerOfUpload(server.url)).status).toBe(200);
          await free();
          await eventually('variants are kept again', async () => {
            return (await get(url)).headers.get('x-cache') === 'hit';
          });
        }
        return {
          times: rounds,
          held: 'every variant and every upload is answered, uncached; variants are kept again once there is space',
        };
      } finally {
        await stop();
      }
    },
  );
});

describe('a disk that cannot be written', () => {
  fault(
    { id: 'F8', injected: 'the disk of the originals read-only', needs: ['root', 'mount namespaces'] },
    async () => {
      const { server, remount, stop } = await startMountedServer({ folder: 'uploads', size: '16m' });
      try {
        const { hash } = await upload(server.url, picture);
        const rounds = times({ short: 5, long: 100 });
        for (let round = 0; round < rounds; round += 1) {
          remount('ro');
          expect(await answerOfUpload(server.url)).toEqual({ status: 503, code: 'storage_failed' });
          expect(await widthOf(`${server.url}/image/${hash}/resize/${100 + round}x`)).toBe(100 + round);
          expect((await get(`${server.url}/image/${hash}`)).bytes.equals(picture)).toBe(true);
          expect((await fetch(`${server.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(503);
          expect((await get(`${server.url}/health`)).status).toBe(200);
          if (round === 0) await turnsRed(server.url, 'the store of the originals cannot be written');
          remount('rw');
          expect((await answerOfUpload(server.url)).status).toBe(200);
        }
        return {
          times: rounds,
          held: 'uploads and DELETE are a 503, /ready says why, all that is there is served; all works again when it can be written',
        };
      } finally {
        await stop();
      }
    },
  );

  fault(
    { id: 'F8', injected: 'the disk of the cache read-only', needs: ['root', 'mount namespaces'] },
    async () => {
      const env = { CACHE_MEMORY_BYTES: '0' };
      const { server, remount, stop } = await startMountedServer({ folder: 'cache', size: '16m', env });
      try {
        const { hash } = await upload(server.url, picture);
        const url = `${server.url}/image/${hash}/resize/50x`;
        await get(url);
        await eventually(
          'the variant is kept',
          async () => (await get(url)).headers.get('x-cache') === 'hit',
        );
        remount('ro');
        expect((await get(url)).headers.get('x-cache')).toBe('hit');
        expect(await widthOf(`${server.url}/image/${hash}/resize/60x`)).toBe(60);
        // Nobody may be told that all is gone while a variant is still there.
        expect((await fetch(`${server.url}/image/${hash}`, { method: 'DELETE' })).status).toBe(503);
        remount('rw');
        const kept = async () =>
          (await get(`${server.url}/image/${(await upload(server.url, picture)).hash}/resize/50x`)).status;
        expect(await kept()).toBe(200);
        return {
          times: 1,
          held: 'kept variants are served, new ones are made; DELETE is a 503, since it cannot remove every trace',
        };
      } finally {
        await stop();
      }
    },
  );

  fault(
    {
      id: 'F8',
      injected: 'a start with a folder that cannot be written',
      needs: ['root', 'mount namespaces'],
    },
    async () => {
      const { server, remount, stop } = await startMountedServer({ folder: 'uploads', size: '16m' });
      remount('ro');
      await expect(
        startServer({ STORAGE_DISK_DIR: `/proc/${server.pid}/root${join(server.folder, 'uploads')}` }),
      ).rejects.toThrow(/STORAGE_DISK_DIR/);
      await stop();
      return { times: 1, held: 'refused, with the name of the setting' };
    },
  );
});

describe('no descriptors', () => {
  fault(
    {
      id: 'F7',
      injected: 'room for 64 descriptors (prlimit), and 200 clients at once',
      needs: ['root', 'prlimit'],
    },
    async () => {
      const server = await startServer({ RENDER_PROCESSES: '2' });
      // Only now: loading the program takes more.
      execFileSync('prlimit', ['--nofile=64:64', '--pid', String(server.pid)]);
      try {
        const port = Number(new URL(server.url).port);
        const { hash } = await upload(server.url, picture);
        const rounds = times({ short: 3, long: 50 });
        const statuses = new Map<string, number>();
        for (let round = 0; round < rounds; round += 1) {
          for (const answer of await Promise.all(requestsAtOnce(port, hash))) {
            const [status = 'no connection'] = statusesOf(answer);
            statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
          }
        }
        expect(statuses.has('500')).toBe(false);
        await eventually('an upload is taken', async () => statusesOf(await postOnce(port))[0] === 200);
        await eventually('no temporary file is left', async () => {
          return (await filesBelow(join(server.folder, 'uploads/.tmp'))).length === 0;
        });
        expect(server.child.exitCode).toBeNull();
        const counts = [...statuses].sort().map(([status, seen]) => `${seen} x ${status}`);
        return {
          times: rounds * 200,
          held: `the same process goes on (${counts.join(', ')}); afterwards all works`,
        };
      } finally {
        await server.stop();
      }
    },
  );
});

/** 100 uploads and 100 variants, each over a connection of its own that ends with it. */
function requestsAtOnce(port: number, hash: string): Promise<string>[] {
  const lines = 'HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  return Array.from({ length: 100 }, (_, index) => [
    postOnce(port),
    exchange(port, `GET /image/${hash}/resize/${10 + index}x ${lines}`, { quietMs: 20_000 }),
  ]).flat();
}

function postOnce(port: number): Promise<string> {
  const body = multipart([{ headers: FILE_HEADERS, body: picture }]);
  return exchange(port, postRequest(body), { quietMs: 20_000 });
}
