import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareFolders } from './folders.ts';

let start: string;

beforeEach(async () => {
  start = await mkdtemp(join(tmpdir(), 'folders-'));
});

afterEach(async () => {
  await rm(start, { recursive: true });
});

describe('prepareFolders', () => {
  it('makes missing folders for this user only and leaves nothing in them', async () => {
    const result = await prepare('data/uploads', 'data/cache');
    expect(result).toEqual({ problems: [], warnings: [] });
    for (const path of ['data/uploads', 'data/cache']) {
      expect(await readdir(join(start, path))).toEqual([]);
      expect((await stat(join(start, path))).mode & 0o777).toBe(0o700);
    }
  });

  it('leaves a folder that is there as it is', async () => {
    await mkdir(join(start, 'uploads'), { mode: 0o755 });
    await writeFile(join(start, 'uploads', 'kept'), 'kept');
    await prepare('uploads', 'cache');
    expect(await readdir(join(start, 'uploads'))).toEqual(['kept']);
    expect((await stat(join(start, 'uploads'))).mode & 0o777).toBe(0o755);
  });

  it('reports each folder that cannot be written', async () => {
    await writeFile(join(start, 'file'), '');
    // The kernel lets nobody write in /proc, not even root, whom permissions do not stop.
    const { problems } = await prepareFolders([
      { name: 'STORAGE_DISK_DIR', path: join(start, 'file') },
      { name: 'CACHE_DISK_DIR', path: '/proc/self' },
    ]);
    expect(problems).toEqual([
      {
        name: 'STORAGE_DISK_DIR',
        given: join(start, 'file'),
        message: 'names a folder that cannot be written: a part of the path is not a folder',
      },
      expect.objectContaining({ name: 'CACHE_DISK_DIR', given: '/proc/self' }),
    ]);
  });

  it.each([
    ['uploads', 'uploads', 'is'],
    ['uploads', './uploads/', 'is'],
    ['uploads', 'uploads/cache', 'lies inside'],
    ['uploads', 'uploads/..cache', 'lies inside'],
    ['cache/uploads', 'cache', 'contains'],
    ['.', 'cache', 'lies inside'],
  ])('refuses originals in %s with the cache in %s, and makes neither', async (storage, cache, position) => {
    const { problems } = await prepare(storage, cache);
    expect(problems).toEqual([
      expect.objectContaining({
        name: 'CACHE_DISK_DIR',
        message: expect.stringContaining(`that ${position} the folder of STORAGE_DISK_DIR`),
      }),
    ]);
    expect(await readdir(start)).toEqual([]);
  });

  it('sees through symbolic links, also before the folder itself exists', async () => {
    await mkdir(join(start, 'uploads'));
    await symlink(join(start, 'uploads'), join(start, 'elsewhere'));
    const { problems } = await prepare('uploads', 'elsewhere/new/cache');
    expect(problems).toEqual([expect.objectContaining({ name: 'CACHE_DISK_DIR' })]);
  });

  it('takes folders side by side whose names begin alike', async () => {
    expect(await prepare('uploads', 'uploads-cache')).toEqual({ problems: [], warnings: [] });
  });
});

function prepare(storage: string, cache: string) {
  return prepareFolders([
    { name: 'STORAGE_DISK_DIR', path: join(start, storage) },
    { name: 'CACHE_DISK_DIR', path: join(start, cache) },
  ]);
}
