import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { photo } from './pictures.ts';
import { startServer } from './server-process.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let folder: string;
let jpeg: Buffer;
let hashes: string[];

beforeAll(async () => {
  jpeg = await photo(320, 240).jpeg().toBuffer();
  const server = await startServer();
  folder = server.folder;
  const uploaded = [
    await upload(server.url, jpeg),
    await upload(server.url, jpeg),
    await upload(server.url, jpeg),
  ];
  hashes = uploaded.map(({ hash }) => hash);
  await get(`${server.url}/image/${hashes[0]}/resize/100x`);
  await server.stop({ keepFolder: true });
});
afterAll(() => rm(folder, { recursive: true }));

async function verify(...words: string[]): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, [MAIN, 'verify', ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: output.trim().split('\n') };
}

function originalPath(hash = ''): string {
  return join(folder, 'uploads', hash.slice(0, 2), hash.slice(2));
}

/** Changes a file, verifies, and puts the file back. */
async function verifyWith(path: string, change: (bytes: Buffer) => Buffer, ...words: string[]) {
  const before = await readFile(path);
  await writeFile(path, change(Buffer.from(before)));
  try {
    return await verify(...words);
  } finally {
    await writeFile(path, before);
  }
}

function flip(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe('images-server verify', () => {
  it('finds nothing in a store that is whole', async () => {
    expect(await verify('--cache')).toEqual({
      code: 0,
      lines: [
        '3 originals decoded, 3 of them compared with their checksum',
        '1 entries of the cache read',
        '0 damaged, 0 left over',
      ],
    });
  });

  it('finds a flipped bit in a picture that still decodes', async () => {
    const path = originalPath(hashes[1]);
    // In the scan: a few blocks of the picture look different.
    const { code, lines } = await verifyWith(path, (bytes) => flip(bytes, bytes.length - 200));
    expect(code).toBe(1);
    expect(lines[0]).toBe(`damage  ${path}: is not what was uploaded: its checksum differs`);
  });

  it('finds a picture without a checksum that was cut short, as the server before this one may have left it', async () => {
    const path = originalPath('ab'.repeat(20));
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, jpeg.subarray(0, jpeg.length / 2));
    const { code, lines } = await verify();
    await rm(path);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(`damage  ${path}: cannot be decoded (broken_picture`);
    expect(lines).toContain('4 originals decoded, 3 of them compared with their checksum');
  });

  it('finds an empty original', async () => {
    const path = originalPath(hashes[2]);
    const { code, lines } = await verifyWith(path, () => Buffer.alloc(0));
    expect([code, lines[0]]).toEqual([1, `damage  ${path}: is empty`]);
  });

  it('finds a flipped bit in an entry of the cache, and removes the entry where it is asked to', async () => {
    const cache = join(folder, 'cache');
    const names = await readdir(cache, { recursive: true });
    const entry = join(cache, names.find((name) => /^..\/[^/]+\/[^/]+$/.test(name)) ?? '');
    await writeFile(entry, flip(await readFile(entry), 100));
    expect((await verify()).code).toBe(0);
    const { code, lines } = await verify('--cache', '--fix');
    expect([code, lines[0]]).toEqual([
      1,
      expect.stringContaining(`damage  ${entry}: is not what was stored (checksum)`),
    ]);
    expect(await isThere(entry)).toBe(false);
    expect((await verify('--cache')).code).toBe(0);
  });

  it('tells of leftovers and of what is none of ours, and removes the leftovers alone where it is asked to', async () => {
    const uploads = join(folder, 'uploads');
    const orphan = 'cd'.repeat(20);
    const leftovers = [
      join(uploads, 'notes', orphan.slice(0, 2), orphan.slice(2), 'facts.json'),
      join(uploads, 'cache', 'ab', `${'c'.repeat(38)}-resize-100`),
      join(uploads, '.tmp', 'half'),
    ];
    const foreign = join(uploads, 'README.txt');
    for (const path of [...leftovers, foreign]) {
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, '{}');
    }
    const longAgo = new Date(Date.now() - 16 * 60_000);
    await utimes(leftovers[2] ?? '', longAgo, longAgo);
    const link = join(uploads, 'ab', 'd'.repeat(38));
    await mkdir(join(link, '..'), { recursive: true });
    await symlink(originalPath(hashes[0]), link);

    const { code, lines } = await verify();
    expect(code).toBe(0);
    const told = lines.map((line) => line.split(': ')[0]).toSorted();
    // What was never finished the store sweeps itself, when it is opened.
    for (const path of leftovers.slice(0, 2)) expect(told).toContain(`leftover  ${path}`);
    expect(told).toContain(`note  ${foreign}`);
    expect(told).toContain(`note  ${link}`);

    await verify('--fix');
    expect(await Promise.all(leftovers.map(isThere))).toEqual([false, false, false]);
    expect(await Promise.all([foreign, link, originalPath(hashes[0])].map(isThere))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('complains about what it cannot do', async () => {
    const { code, lines } = await verify('--repair');
    expect([code, lines[0]]).toEqual([2, expect.stringContaining("'--repair'")]);
  });
});
