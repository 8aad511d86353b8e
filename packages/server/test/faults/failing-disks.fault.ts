import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, postFile, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault, IS_LONG, times } from './support/fault.ts';
import { filesBelow } from './support/stored-files.ts';
import { type SystemCall, withStrace } from './support/strace.ts';

let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(300, 200).jpeg().toBuffer();
  // One thread for files: strace counts the calls of each thread by themselves.
  server = await startServer({ UPLOAD_STRIP: 'none', RENDER_PROCESSES: '2', UV_THREADPOOL_SIZE: '1' });
  await upload(server.url, picture);
});
afterAll(() => server.stop());

async function storedFiles(): Promise<string[]> {
  return await filesBelow(join(server.folder, 'uploads'));
}

async function statusOfUpload(): Promise<{ status: number; code: string | undefined }> {
  const response = await postFile(server.url, picture);
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

describe('the order of writes', () => {
  fault({ id: 'F3', injected: 'strace over an upload', needs: ['root', 'strace'] }, async () => {
    const count = times({ short: 3, long: 30 });
    for (let round = 0; round < count; round += 1) {
      let hash = '';
      const calls = await withStrace(
        server.pid,
        ['trace=openat,mkdir,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2'],
        async () => {
          hash = (await upload(server.url, picture)).hash;
        },
      );
      checkOrder(calls, join(server.folder, 'uploads'), hash);
    }
    return {
      times: count,
      held: 'written in the same tree, fsync of the file, rename, fsync of its folder and of all above it, and only then the answer',
    };
  });
});

/** For the original: each of these begins when the one before has ended. */
function checkOrder(calls: readonly SystemCall[], uploads: string, hash: string): void {
  const folder = join(uploads, hash.slice(0, 2));
  const moved = only(
    calls,
    (call) => call.name.startsWith('rename') && call.words.includes(`"${folder}/${hash.slice(2)}"`),
  );
  const [temporary = ''] = /"([^"]*)"/.exec(moved.words)?.slice(1) ?? [];
  expect(temporary).toContain(`${uploads}/.tmp/`);
  const written = calls.filter((call) => /^p?write/.test(call.name) && call.words.includes(`<${temporary}>`));
  const fileSynced = only(calls, (call) => call.name === 'fsync' && call.words.includes(`<${temporary}>`));
  const folderSynced = firstAfter(
    calls,
    moved,
    (call) => call.name === 'fsync' && call.words.includes(`<${folder}>`),
  );
  const rootSynced = firstAfter(
    calls,
    moved,
    (call) => call.name === 'fsync' && call.words.includes(`<${uploads}>`),
  );
  const answered = only(calls, (call) => /^write/.test(call.name) && call.words.includes('HTTP/1.1 200'));
  expect(written.length).toBeGreaterThan(0);
  for (const write of written) expect(write.endedAt).toBeLessThan(fileSynced.beganAt);
  expect(fileSynced.endedAt).toBeLessThan(moved.beganAt);
  for (const sync of [folderSynced, rootSynced]) expect(sync.endedAt).toBeLessThan(answered.beganAt);
}

function only(calls: readonly SystemCall[], test: (call: SystemCall) => boolean): SystemCall {
  const [found, ...more] = calls.filter(test);
  if (found === undefined || more.length > 0)
    throw new Error(`${more.length + (found === undefined ? 0 : 1)} such calls`);
  return found;
}

function firstAfter(
  calls: readonly SystemCall[],
  earlier: SystemCall,
  test: (call: SystemCall) => boolean,
): SystemCall {
  const found = calls.find((call) => call.beganAt > earlier.endedAt && test(call));
  if (found === undefined) throw new Error('no such call after the other');
  return found;
}

describe('system calls that fail', () => {
  const FAILURES: readonly (readonly [string, string, string, number])[] = [
    ['F4', 'every fsync fails (EIO)', 'inject=fsync:error=EIO', 503],
    ['F4', 'the fsync of the folder alone fails, after the rename', 'inject=fsync:error=EIO:when=2', 503],
    ['F4', 'the fsync of the root alone fails, after the rename', 'inject=fsync:error=EIO:when=3', 503],
    ['F5', 'every rename fails (ENOSPC)', 'inject=rename,renameat,renameat2:error=ENOSPC', 507],
    ['F5', 'every rename fails (EIO)', 'inject=rename,renameat,renameat2:error=EIO', 503],
    ['F7', 'every open fails (EMFILE)', 'inject=openat:error=EMFILE', 503],
    ['F8', 'every mkdir fails (EROFS)', 'inject=mkdir,mkdirat:error=EROFS', 503],
  ];
  for (const [id, injected, expression, status] of FAILURES) {
    fault({ id, injected, needs: ['root', 'strace'] }, async () => {
      const count = times({ short: 3, long: 50 });
      const before = await storedFiles();
      const name = expression.replace(/^inject=([^:]*):.*$/, '$1');
      let calls: SystemCall[] = [];
      for (let round = 0; round < count; round += 1) {
        calls = await withStrace(server.pid, [`trace=${name}`, expression], async () => {
          expect((await statusOfUpload()).status).toBe(status);
        });
        expect(calls.some(({ words }) => words.includes('(INJECTED)'))).toBe(true);
      }
      // A blob whose names may not survive a power cut is not one that somebody has been told of.
      expect(await storedFiles()).toEqual(before);
      expect((await statusOfUpload()).status).toBe(200);
      return { times: count, held: `${status}, nothing visible is left, and the next upload is taken` };
    });
  }
});

describe('a disk that is slow', () => {
  const delaySeconds = IS_LONG ? 2 : 0.5;
  fault(
    {
      id: 'F9',
      injected: `each fsync and each open of a file takes ${delaySeconds} s`,
      needs: ['root', 'strace'],
    },
    async () => {
      const slow = await startServer({ RENDER_PROCESSES: '2' });
      try {
        return await measureBesideUploads(slow, delaySeconds);
      } finally {
        await slow.stop();
      }
    },
  );
});

const LOOKS = 50;
const UPLOADS = 3;

async function measureBesideUploads(slow: ServerProcess, delaySeconds: number) {
  const { hash } = await upload(slow.url, picture);
  const variant = `${slow.url}/image/${hash}/resize/50x`;
  await get(variant);
  const health: number[] = [];
  const hits: number[] = [];
  const statuses: number[] = [];
  const delay = `inject=fsync,openat:delay_enter=${delaySeconds * 1e6}`;
  await withStrace(slow.pid, ['trace=fsync,openat', delay], async () => {
    const uploads = Array.from({ length: UPLOADS }, async () => {
      statuses.push((await postFile(slow.url, picture)).status);
    });
    for (let look = 0; look < LOOKS; look += 1) {
      health.push(await millisecondsOf(`${slow.url}/health`));
      hits.push(await millisecondsOf(variant));
    }
    // They are under way all this time.
    expect(statuses).toEqual([]);
    await Promise.all(uploads);
  });
  expect(statuses).toEqual(Array.from({ length: UPLOADS }, () => 200));
  const [slowestHealth, slowestHit] = [nearlyAll(health), nearlyAll(hits)];
  expect(slowestHealth).toBeLessThan(100);
  expect(slowestHit).toBeLessThan(100);
  const held = `beside ${UPLOADS} uploads, which are taken in the end: /health within ${Math.ceil(slowestHealth)} ms, variants in memory within ${Math.ceil(slowestHit)} ms`;
  return { times: UPLOADS, held };
}

/** What 95 of 100 are within: the rest is the machine's doing. */
function nearlyAll(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95) - 1] ?? 0;
}

async function millisecondsOf(url: string): Promise<number> {
  const startedMs = performance.now();
  expect((await get(url)).status).toBe(200);
  return performance.now() - startedMs;
}
