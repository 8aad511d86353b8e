import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blobStoreConformance } from './blob-store.conformance.ts';
import { openDiskStore } from './disk.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'disk-store-'));
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

const openAt = (directory: string) => openDiskStore({ directory, durable: false });
const names = (...path: string[]) => readdirSync(join(place, ...path)).sort();

blobStoreConformance('the disk store', () =>
  openDiskStore({ directory: join(place, 'blobs'), durable: false }),
);
blobStoreConformance('the durable disk store', () =>
  openDiskStore({ directory: join(place, 'new', 'blobs'), durable: true }),
);

describe('openDiskStore', () => {
  it('keeps a blob under its key as path, for its own user alone, and nothing in .tmp', async () => {
    const store = await openAt(join(place, 'blobs'));
    await store.put('ab/cdef', { bytes: Buffer.from('x') });
    const path = await store.temporaryFile();
    await writeFile(path, 'y', { mode: 0o666 });
    await store.put('ab/other', { path });
    expect(names('blobs')).toEqual(['.tmp', 'ab']);
    expect(names('blobs', 'ab')).toEqual(['cdef', 'other']);
    expect(names('blobs', '.tmp')).toEqual([]);
    const mode = (...parts: string[]) => lstatSync(join(place, ...parts)).mode & 0o777;
    expect([mode('blobs'), mode('blobs', '.tmp'), mode('blobs', 'ab')]).toEqual([0o700, 0o700, 0o700]);
    expect([mode('blobs', 'ab', 'cdef'), mode('blobs', 'ab', 'other')]).toEqual([0o600, 0o600]);
  });

  it('reads what others wrote, whatever its mode', async () => {
    mkdirSync(join(place, 'ab'), { mode: 0o755 });
    writeFileSync(join(place, 'ab', 'cdef'), 'old', { mode: 0o644 });
    const store = await openAt(place);
    expect((await store.get('ab/cdef'))?.toString()).toBe('old');
    expect((await store.materialize('ab/cdef'))?.path).toBe(join(place, 'ab', 'cdef'));
    expect(await store.delete('ab/cdef')).toBe(true);
  });

  it('removes folders that become empty, but not those that hold what is foreign', async () => {
    const store = await openAt(place);
    await store.put('ab/cd/1', { bytes: Buffer.from('x') });
    await store.put('ef/gh/1', { bytes: Buffer.from('x') });
    writeFileSync(join(place, 'ef', 'Foreign File'), 'x');
    await store.delete('ab/cd/1');
    await store.deleteAll('ef');
    expect(names()).toEqual(['.tmp', 'ef']);
    expect(names('ef')).toEqual(['Foreign File']);
  });

  it('deletes what is a mere empty folder in place of a blob with deleteAll', async () => {
    mkdirSync(join(place, 'ab', 'cd'), { recursive: true });
    const store = await openAt(place);
    expect(await store.get('ab/cd')).toBeUndefined();
    await expect(store.put('ab/cd', { bytes: Buffer.from('x') })).rejects.toMatchObject({
      code: 'storage_failed',
    });
    expect(await store.deleteAll('ab/cd')).toBe(0);
    await store.put('ab/cd', { bytes: Buffer.from('x') });
    expect((await store.get('ab/cd'))?.toString()).toBe('x');
    expect(names('.tmp')).toEqual([]);
  });

  it('passes over names that no key can have', async () => {
    const store = await openAt(place);
    await store.put('ab/cd', { bytes: Buffer.from('x') });
    for (const name of ['Thumbs.db', '.DS_Store', 'lost found']) writeFileSync(join(place, 'ab', name), 'x');
    mkdirSync(join(place, 'LOST'));
    writeFileSync(join(place, 'LOST', 'a'), 'x');
    const keys = [];
    for await (const { key } of store.list()) keys.push(key);
    expect(keys).toEqual(['ab/cd']);
  });

  it('works in a folder that is itself behind a symlink', async () => {
    mkdirSync(join(place, 'real'));
    symlinkSync(join(place, 'real'), join(place, 'link'));
    const store = await openAt(join(place, 'link'));
    await store.put('ab/cd', { bytes: Buffer.from('x') });
    expect((await store.get('ab/cd'))?.toString()).toBe('x');
    expect(names('real', 'ab')).toEqual(['cd']);
  });

  it('goes on where somebody removed the whole folder by hand', async () => {
    const store = await openAt(join(place, 'blobs'));
    rmSync(join(place, 'blobs'), { recursive: true });
    await store.put('ab/cd', { bytes: Buffer.from('x') });
    expect((await store.get('ab/cd'))?.toString()).toBe('x');
  });

  it('does not open where a file is in the way', async () => {
    writeFileSync(join(place, 'file'), 'x');
    await expect(openAt(join(place, 'file'))).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(openAt(join(place, 'file', 'below'))).rejects.toMatchObject({ code: 'storage_failed' });
  });

  it('leaves no temporary file behind a put that fails', async () => {
    writeFileSync(join(place, 'ab'), 'a file where a folder must be');
    const store = await openAt(place);
    const path = await store.temporaryFile();
    await writeFile(path, 'x');
    await expect(store.put('ab/cd', { path })).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(store.put('ab/cd', { bytes: Buffer.from('x') })).rejects.toMatchObject({
      code: 'storage_failed',
    });
    expect(names('.tmp')).toEqual([]);
  });

  it('reports what is no absence as storage_failed, the cause kept', async () => {
    const store = await openAt(place);
    rmSync(place, { recursive: true });
    writeFileSync(place, 'now a file');
    await expect(store.put('ab/cd', { bytes: Buffer.from('x') })).rejects.toMatchObject({
      code: 'storage_failed',
      cause: { code: expect.stringMatching(/^E[A-Z]+$/) },
    });
  });
});

describe('openDiskStore with symlinks in its tree', () => {
  let outside: string;
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'disk-store-outside-'));
    writeFileSync(join(outside, 'secret'), 'secret');
    mkdirSync(join(place, 'ab'));
    symlinkSync(join(outside, 'secret'), join(place, 'ab', 'file-link'));
    symlinkSync(outside, join(place, 'folder-link'));
  });
  afterEach(() => rmSync(outside, { recursive: true, force: true }));

  it.each(['ab/file-link', 'folder-link/secret', 'folder-link'])('takes %s for absent', async (key) => {
    const store = await openAt(place);
    expect(await store.get(key)).toBeUndefined();
    expect(await store.stat(key)).toBeUndefined();
    expect(await store.read(key)).toBeUndefined();
    expect(await store.materialize(key)).toBeUndefined();
    expect(await store.delete(key)).toBe(false);
    expect(await store.deleteAll(key)).toBe(0);
    await store.touch(key);
    const keys = [];
    for await (const blob of store.list()) keys.push(blob.key);
    for await (const blob of store.list('folder-link')) keys.push(blob.key);
    expect(keys).toEqual([]);
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  it('never writes through one', async () => {
    const store = await openAt(place);
    await expect(store.put('folder-link/new', { bytes: Buffer.from('x') })).rejects.toMatchObject({
      code: 'storage_failed',
    });
    expect(readdirSync(outside)).toEqual(['secret']);
    // A link in the place of the blob itself is replaced, not followed.
    await store.put('ab/file-link', { bytes: Buffer.from('mine') });
    expect((await store.get('ab/file-link'))?.toString()).toBe('mine');
    expect(lstatSync(join(outside, 'secret')).size).toBe(6);
  });

  it('takes a pipe for absent, without waiting for a writer', async () => {
    execFileSync('mkfifo', [join(place, 'ab', 'pipe')]);
    const store = await openAt(place);
    expect(await store.get('ab/pipe')).toBeUndefined();
    expect(await store.read('ab/pipe')).toBeUndefined();
  });
});

describe('openDiskStore sweeping .tmp', () => {
  const oldTime = new Date(Date.now() - 16 * 60_000);

  /** A path as this machine's process `pid` would have named it, from one that the store names itself. */
  async function pathOfProcess(pid: number, mark?: string): Promise<string> {
    const store = await openAt(place);
    const [scope, , ownMark] = basename(await store.temporaryFile()).split('-');
    await store.close();
    return join(place, '.tmp', `${scope}-${pid}-${mark ?? ownMark}-00000000-1`);
  }

  it('removes what a process left that is dead', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    writeFileSync(await pathOfProcess(child.pid ?? 0, 'aaaaaaaaaaaa'), 'left');
    await openAt(place);
    expect(names('.tmp')).toEqual([]);
  });

  it('removes what an earlier process of the same number left', async () => {
    writeFileSync(await pathOfProcess(process.pid, 'aaaaaaaaaaaa'), 'left');
    await openAt(place);
    expect(names('.tmp')).toEqual([]);
  });

  it('leaves what this or another living process is writing', async () => {
    const store = await openAt(place);
    const own = await store.temporaryFile();
    const foreign = await pathOfProcess(process.ppid, 'aaaaaaaaaaaa');
    for (const path of [own, foreign]) writeFileSync(path, 'in writing');
    await openAt(place);
    expect(names('.tmp')).toEqual([basename(own), basename(foreign)].sort());
    await store.put('ab/cd', { path: own });
    expect((await store.get('ab/cd'))?.toString()).toBe('in writing');
  });

  it('removes what nobody has written for a quarter of an hour, whoever made it', async () => {
    mkdirSync(join(place, '.tmp'));
    for (const name of ['old', 'ffffffff-1-aaaaaaaaaaaa-00000000-1', 'young']) {
      writeFileSync(join(place, '.tmp', name), 'x');
      if (name !== 'young') utimesSync(join(place, '.tmp', name), oldTime, oldTime);
    }
    await openAt(place);
    expect(names('.tmp')).toEqual(['young']);
  });

  it('does not open where .tmp leads elsewhere', async () => {
    mkdirSync(join(place, 'elsewhere'));
    symlinkSync(join(place, 'elsewhere'), join(place, '.tmp'));
    await expect(openAt(place)).rejects.toMatchObject({ code: 'storage_failed' });
  });

  it('takes a .tmp that others left open to all', async () => {
    mkdirSync(join(place, '.tmp'));
    chmodSync(join(place, '.tmp'), 0o777);
    const store = await openAt(place);
    await store.put('ab/cd', { bytes: Buffer.from('x') });
    expect(existsSync(join(place, 'ab', 'cd'))).toBe(true);
  });
});
