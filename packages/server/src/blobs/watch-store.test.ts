import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import type { BlobStore } from './blob-store.ts';
import { openDiskStore } from './disk.ts';
import { type WatchedStore, watchStore } from './watch-store.ts';

const CONTENT = { bytes: Buffer.from('bytes') };

describe('watchStore', () => {
  let directory: string;
  let disk: BlobStore;
  let nowMs: number;
  let failure: Error | undefined;
  let watched: WatchedStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'watch-store-'));
    disk = await openDiskStore({ directory, durable: true });
    nowMs = 0;
    failure = undefined;
    const failing: BlobStore = {
      ...disk,
      put: async (key, content) => {
        if (failure !== undefined) throw failure;
        await disk.put(key, content);
      },
      temporaryFile: async () => {
        if (failure !== undefined) throw failure;
        return await disk.temporaryFile();
      },
    };
    watched = watchStore(failing, { now: () => nowMs });
  });
  afterEach(async () => {
    watched.stop();
    await disk.close();
    await rm(directory, { recursive: true });
  });

  it('stores what it is given, and finds nothing wrong', async () => {
    await watched.blobs.put('ab/c', CONTENT);
    expect(await watched.blobs.get('ab/c')).toEqual(CONTENT.bytes);
    expect(watched.fault()).toBeUndefined();
  });

  it('leaves nothing of a probe', async () => {
    await watched.probe();
    expect(watched.fault()).toBeUndefined();
    expect(await readdir(join(directory, '.tmp'))).toEqual([]);
  });

  it('names a full disk until something can be written again', async () => {
    failure = new ServiceError('disk_full', 'no space');
    await expect(watched.blobs.put('ab/c', CONTENT)).rejects.toThrow('no space');
    expect(watched.fault()).toBe('disk_full');
    await watched.probe();
    expect(watched.fault()).toBe('disk_full');
    failure = undefined;
    await watched.probe();
    expect(watched.fault()).toBeUndefined();
  });

  it('doubts a disk that failed for a minute, though it works again', async () => {
    failure = new ServiceError('storage_failed', 'EIO');
    await expect(watched.blobs.put('ab/c', CONTENT)).rejects.toThrow('EIO');
    failure = undefined;
    nowMs = 59_999;
    await watched.blobs.put('ab/c', CONTENT);
    await watched.probe();
    expect(watched.fault()).toBe('storage_failed');
    nowMs = 60_000;
    await watched.probe();
    expect(watched.fault()).toBeUndefined();
  });

  it('learns by a probe that the folder cannot be written', async () => {
    failure = new ServiceError('storage_failed', 'EROFS');
    await watched.probe();
    expect(watched.fault()).toBe('storage_failed');
  });

  it('does not blame the disk for a caller that gives a key which is none', async () => {
    await expect(watched.blobs.put('../c', CONTENT)).rejects.toThrow('blob key');
    expect(watched.fault()).toBeUndefined();
  });
});
