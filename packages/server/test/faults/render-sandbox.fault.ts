import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault } from './support/fault.ts';
import { statusLine } from './support/memory.ts';
import { childrenOf, eventually } from './support/processes.ts';

const SECRETS = {
  API_KEYS: 'a-secret-for-writing-0123',
  SIGNING_KEYS: 'a-secret-for-signing-0123',
  AWS_SECRET_ACCESS_KEY: 'a-secret-of-somebody-else',
  DATABASE_URL: 'postgres://user:password@host/',
};

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ RENDER_PROCESSES: '2', ...SECRETS });
  await eventually('two processes work', () => childrenOf(server.pid).filter(isWorking).length === 2);
});
afterAll(() => server.stop());

/** Node's own threads run when the program does, and it gives up its user before it says that it is ready. */
function isWorking(pid: number): boolean {
  const isNode = readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(process.execPath);
  return isNode && (process.getuid?.() !== 0 || statusLine(pid, 'Uid').startsWith('65534'));
}

function eachRenderProcess(check: (pid: number) => void): number {
  const pids = childrenOf(server.pid);
  expect(pids).toHaveLength(2);
  for (const pid of pids) check(pid);
  return pids.length;
}

describe('render processes', () => {
  fault(
    { id: 'D14', injected: 'a look into their environment, with secrets in that of the server' },
    async () => {
      const times = eachRenderProcess((pid) => {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
        for (const [name, value] of Object.entries(SECRETS)) {
          expect(environment).not.toContain(name);
          expect(environment).not.toContain(value);
        }
      });
      return { times, held: 'none of the secrets is there' };
    },
  );

  fault({ id: 'D14', injected: 'a look at their limits' }, async () => {
    const times = eachRenderProcess((pid) => {
      const limits = readFileSync(`/proc/${pid}/limits`, 'latin1');
      expect(limits).toMatch(/^Max data size +1073741824 +1073741824 /m);
      expect(limits).toMatch(/^Max core file size +0 +0 /m);
      expect(Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'latin1'))).toBe(500);
    });
    return { times, held: '1 GiB of data, no core dumps, and the first to go when memory runs out' };
  });

  fault({ id: 'D14', injected: 'a look at their sockets' }, async () => {
    const times = eachRenderProcess((pid) => {
      const listening = [...listeningInodes(server.pid), ...listeningInodes(pid)];
      const sockets = readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`));
      for (const inode of listening) expect(sockets).not.toContain(`socket:[${inode}]`);
      // The channel to the server.
      expect(sockets.filter((name) => name.startsWith('socket:')).length).toBeLessThanOrEqual(2);
    });
    return { times, held: 'none listens; the channel to the server is all they have' };
  });

  fault(
    {
      id: 'D14',
      injected: 'a look at their network, the server being root',
      needs: ['root', 'network namespaces'],
    },
    async () => {
      const times = eachRenderProcess((pid) => {
        expect(linkOf(`/proc/${pid}/ns/net`)).toMatch(/^net:/);
        expect(linkOf(`/proc/${pid}/ns/net`)).not.toBe(linkOf(`/proc/${server.pid}/ns/net`));
        // Two lines of headings, and loopback, which is down.
        expect(readFileSync(`/proc/${pid}/net/dev`, 'latin1').trim().split('\n')).toHaveLength(3);
        expect(
          readFileSync(`/proc/${pid}/net/route`, 'latin1').trim().split('\n').length,
        ).toBeLessThanOrEqual(1);
      });
      return { times, held: 'each has one of its own, with nobody in it and no way out' };
    },
  );

  fault(
    { id: 'D14', injected: 'a look at whom they run as, the server being root', needs: ['root'] },
    async () => {
      const times = eachRenderProcess((pid) => {
        expect(statusLine(pid, 'Uid')).toBe('65534\t65534\t65534\t65534');
        expect(statusLine(pid, 'Gid')).toBe('65534\t65534\t65534\t65534');
        expect(statusLine(pid, 'Groups')).toBe('');
        for (const set of ['CapPrm', 'CapEff', 'CapAmb']) expect(Number(`0x${statusLine(pid, set)}`)).toBe(0);
      });
      const { url } = await startServerForUpload();
      return { times, held: `nobody, without groups and capabilities, and pictures are still made (${url})` };
    },
  );
});

/** Nobody can read the store: a picture that is made all the same was handed over. */
async function startServerForUpload(): Promise<{ url: string }> {
  const open = await startServer({ RENDER_PROCESSES: '1' });
  try {
    const { hash } = await upload(open.url, await photo(200, 150).jpeg().toBuffer());
    const response = await fetch(`${open.url}/image/${hash}/resize/20x`);
    expect(response.status).toBe(200);
    return { url: '/image/<hash>/resize/20x' };
  } finally {
    await open.stop();
  }
}

/** Of all sockets in the network that a process is in. */
function listeningInodes(pid: number): string[] {
  return ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/${pid}/net/${name}`, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      // proc(5): 0A is LISTEN, the tenth column the inode.
      .filter((columns) => columns[3] === '0A')
      .map((columns) => columns[9] ?? ''),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed meanwhile.
    return '';
  }
}

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

describe('libraries with known holes', () => {
  const OLD: readonly [string, { sharp?: string; vips?: string; heif?: string }][] = [
    ['sharp 0.35.4', { sharp: '0.35.4' }],
    ['sharp 0.32.5', { sharp: '0.32.5' }],
    ['libvips 8.18.6', { vips: '8.18.6' }],
    ['libheif 1.23.4', { heif: '1.23.4' }],
  ];
  for (const [name, versions] of OLD) {
    fault({ id: 'D1', injected: `a start with ${name}` }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'old-libraries-'));
      try {
        installWith(folder, versions);
        const main = join(folder, 'packages/server/dist/main.js');
        const env = { PATH: process.env.PATH, PORT: '0' };
        const { status, stderr } = spawnSync(process.execPath, [main], { cwd: folder, env, timeout: 20_000 });
        expect(status).toBe(78);
        expect(stderr.toString()).toContain(`${name.split(' ', 1)} lets a picture run code`);
        return { times: 1, held: 'exit 78, with the version to install' };
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});

/** This installation, but for what the packages of sharp say of themselves. */
function installWith(folder: string, versions: { sharp?: string; vips?: string; heif?: string }): void {
  for (const name of ['recipe', 'server']) {
    cpSync(join(REPOSITORY, 'packages', name, 'dist'), join(folder, 'packages', name, 'dist'), {
      recursive: true,
    });
    cpSync(
      join(REPOSITORY, 'packages', name, 'package.json'),
      join(folder, 'packages', name, 'package.json'),
    );
  }
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@img'), { recursive: true });
  for (const name of readdirSync(join(REPOSITORY, 'node_modules'))) {
    if (['sharp', '@img', '@images-server'].includes(name)) continue;
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name));
  }
  mkdirSync(join(modules, '@images-server'));
  symlinkSync(join(folder, 'packages/recipe'), join(modules, '@images-server/recipe'));
  cpSync(join(REPOSITORY, 'node_modules/sharp'), join(modules, 'sharp'), { recursive: true });
  const { sharp, ...libraries } = versions;
  if (sharp !== undefined) rewriteJson(join(modules, 'sharp/package.json'), { version: sharp });
  for (const name of readdirSync(join(REPOSITORY, 'node_modules/@img'))) {
    cpSync(join(REPOSITORY, 'node_modules/@img', name), join(modules, '@img', name), { recursive: true });
    const isLibrary = name.startsWith('sharp-libvips-');
    if (isLibrary) rewriteJson(join(modules, '@img', name, 'versions.json'), libraries);
  }
}

function rewriteJson(path: string, changes: object): void {
  const content = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...content, ...changes }));
}
