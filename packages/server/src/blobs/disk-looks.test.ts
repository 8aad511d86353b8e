import { mkdtemp, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from './blob-store.ts';
import { openDiskStore } from './disk.ts';
import { createLooks } from './disk-looks.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'disk-looks-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('createLooks', () => {
  it('looks on the spot only at what was seen a moment ago', async () => {
    await writeFile(join(root, 'blob'), 'twelve bytes');
    const looks = await createLooks(root);
    expect(looks.atOnce('blob')).toBeUndefined();
    looks.noteSeen('blob');
    expect(looks.atOnce('blob')).toEqual({ bytes: 12, modifiedMs: expect.any(Number) });
  });

  it('leaves a file system that may have to ask another machine to threads', async () => {
    const looks = await createLooks('/proc/self');
    looks.noteSeen('status');
    expect(looks.atOnce('status')).toBeUndefined();
  });
});

describe('a file that the store has just seen', () => {
  let blobs: BlobStore;
  let path: string;
  beforeEach(async () => {
    blobs = await openDiskStore({ directory: root, durable: false });
    await blobs.put('ab/seen', { bytes: Buffer.from('twelve bytes') });
    path = join(root, 'ab/seen');
    expect(await blobs.stat('ab/seen')).toMatchObject({ bytes: 12 });
  });

  it.each<[string, () => Promise<void>]>([
    ['is deleted', () => unlink(path)],
    ['goes with its folder', () => rm(join(root, 'ab'), { recursive: true })],
    [
      'is moved, and a link put into its place',
      async () => {
        await rename(path, join(root, 'elsewhere'));
        await symlink('../elsewhere', path);
      },
    ],
  ])('is absent as soon as somebody else has changed it: %s', async (_, change) => {
    await change();
    expect(await blobs.stat('ab/seen')).toBeUndefined();
    expect(await blobs.materialize('ab/seen')).toBeUndefined();
  });

  it('has its new length as soon as somebody else has cut it', async () => {
    await truncate(path, 5);
    expect(await blobs.stat('ab/seen')).toMatchObject({ bytes: 5 });
    expect(await blobs.materialize('ab/seen')).toMatchObject({ length: 5 });
  });
});
