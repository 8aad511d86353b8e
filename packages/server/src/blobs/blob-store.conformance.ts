import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore, LocalBlob } from './blob-store.ts';
import { blobStoreRaces } from './blob-store-races.conformance.ts';

/** What every driver promises, whatever it is made of. `open` gives a new, empty store each time. */
export function blobStoreConformance(driver: string, open: () => Promise<BlobStore>): void {
  blobStoreRaces(driver, open);

  describe(`${driver} as a BlobStore`, () => {
    let store: BlobStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store.close();
    });

    const putText = (key: string, text: string) => store.put(key, { bytes: Buffer.from(text) });
    const getText = async (key: string) => (await store.get(key))?.toString();
    const keys = async (prefix?: string) => {
      const found: string[] = [];
      for await (const blob of store.list(prefix)) found.push(blob.key);
      return found.sort();
    };

    describe('put and get', () => {
      it('gives back the bytes that were put', async () => {
        const bytes = randomBytes(300_000);
        await store.put('ab/cd', { bytes });
        expect(same(await store.get('ab/cd'), bytes)).toBe(true);
      });

      it('keeps an empty blob', async () => {
        await store.put('ab/cd', { bytes: new Uint8Array(0) });
        expect(await store.get('ab/cd')).toEqual(Buffer.alloc(0));
        expect((await store.stat('ab/cd'))?.bytes).toBe(0);
        expect(await readAll('ab/cd')).toEqual(Buffer.alloc(0));
      });

      it('replaces what was there', async () => {
        await putText('ab/cd', 'a longer first text');
        await putText('ab/cd', 'second');
        expect(await getText('ab/cd')).toBe('second');
        expect(await keys()).toEqual(['ab/cd']);
      });

      it('takes keys of one to eight segments', async () => {
        for (const key of ['a', 'a/b.jpg', 'a/_-.9', '1/2/3/4/5/6/7/8'.replaceAll('1', 'x')]) {
          await putText(key, key);
          expect(await getText(key)).toBe(key);
          expect(await store.delete(key)).toBe(true);
        }
      });

      it('is not changed by what the caller does to the bytes afterwards', async () => {
        const bytes = Buffer.from('first');
        await store.put('a', { bytes });
        bytes.fill(0);
        (await store.get('a'))?.fill(0);
        expect(await getText('a')).toBe('first');
      });
    });

    describe('put by path', () => {
      it('consumes the file', async () => {
        const path = await store.temporaryFile();
        await writeFile(path, 'by path', { flag: 'wx' });
        await store.put('ab/cd', { path });
        expect(existsSync(path)).toBe(false);
        expect(await getText('ab/cd')).toBe('by path');
      });

      it('gives every caller a path of its own, and lists no file that was not put', async () => {
        const [one, other] = [await store.temporaryFile(), await store.temporaryFile()];
        expect(one).not.toBe(other);
        await writeFile(one, 'not put');
        expect(await keys()).toEqual([]);
      });

      it('refuses a path of somebody else', async () => {
        await expect(store.put('ab/cd', { path: '/etc/hostname' })).rejects.toThrow('temporaryFile()');
        expect(await store.get('ab/cd')).toBeUndefined();
      });

      it('fails with storage_failed where there is no file', async () => {
        const path = await store.temporaryFile();
        await expect(store.put('ab/cd', { path })).rejects.toMatchObject({ code: 'storage_failed' });
        expect(await keys()).toEqual([]);
      });
    });

    describe('what is absent', () => {
      it('is undefined or false, not an error', async () => {
        await putText('ab/cd/ef', 'x');
        for (const key of ['zz', 'ab', 'ab/zz', 'ab/cd', 'ab/cd/ef/gh']) {
          expect(await store.get(key)).toBeUndefined();
          expect(await store.stat(key)).toBeUndefined();
          expect(await store.read(key)).toBeUndefined();
          expect(await store.materialize(key)).toBeUndefined();
          expect(await store.delete(key)).toBe(false);
          await store.touch(key);
        }
        expect(await store.deleteAll('zz')).toBe(0);
        expect(await store.deleteAll('ab/cd/ef')).toBe(0);
        expect(await keys('zz')).toEqual([]);
        expect(await keys()).toEqual(['ab/cd/ef']);
      });
    });

    describe('a key outside the grammar', () => {
      const badKeys = [
        '',
        '/',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        '.tmp',
        'a/../b',
        'a/.b',
        'A',
        'a b',
        'a\0b',
        'a\\b',
        'ä',
      ];
      const tooDeep = 'a/b/c/d/e/f/g/h/i';

      it.each([...badKeys, tooDeep, 'x'.repeat(256)])('%j is an Error of the caller', async (key) => {
        const attempts = [
          () => store.get(key),
          () => store.stat(key),
          () => store.read(key),
          () => store.materialize(key),
          () => putText(key, 'x'),
          () => store.delete(key),
          () => store.deleteAll(key),
          () => store.touch(key),
          () => keys(key),
        ];
        for (const attempt of attempts) {
          await expect((async () => attempt())()).rejects.toThrow('Expected a blob key');
        }
      });
    });

    describe('stat, touch and list', () => {
      it('tell the length and the time of the last write or touch', async () => {
        const before = Date.now();
        await putText('ab/cd', '12345');
        const written = await store.stat('ab/cd');
        expect(written?.bytes).toBe(5);
        // File systems stamp with a clock that ticks some milliseconds behind.
        expect(written?.modifiedMs).toBeGreaterThan(before - 1000);
        await store.touch('ab/cd');
        const touched = await store.stat('ab/cd');
        // A touch is in whole milliseconds, a write in parts of one.
        expect(touched?.modifiedMs).toBeGreaterThan((written?.modifiedMs ?? Number.POSITIVE_INFINITY) - 1);
        const listed = [];
        for await (const blob of store.list()) listed.push(blob);
        expect(listed).toEqual([{ key: 'ab/cd', ...touched }]);
      });

      it('list what lies below the prefix, at any depth, and not what only begins alike', async () => {
        for (const key of ['ab/cd', 'ab/cde', 'ab/cd.x', 'abc/d', 'ab/x/y/z', 'q']) await putText(key, key);
        expect(await keys()).toEqual(['ab/cd', 'ab/cd.x', 'ab/cde', 'ab/x/y/z', 'abc/d', 'q']);
        expect(await keys('ab')).toEqual(['ab/cd', 'ab/cd.x', 'ab/cde', 'ab/x/y/z']);
        expect(await keys('ab/x')).toEqual(['ab/x/y/z']);
        expect(await keys('ab/cd')).toEqual([]);
      });
    });

    describe('read', () => {
      it('streams the whole blob, or both ends of a range included', async () => {
        await putText('ab/cd', '0123456789');
        expect((await readAll('ab/cd'))?.toString()).toBe('0123456789');
        expect((await readAll('ab/cd', { start: 2, end: 4 }))?.toString()).toBe('234');
        expect((await readAll('ab/cd', { start: 9, end: 9 }))?.toString()).toBe('9');
      });

      it('goes on to the end though the blob is deleted or replaced meanwhile', async () => {
        const bytes = randomBytes(1_000_000);
        await store.put('ab/cd', { bytes });
        await store.put('ab/ef', { bytes });
        const streams = [await store.read('ab/cd'), await store.read('ab/ef')];
        await store.delete('ab/cd');
        await putText('ab/ef', 'other');
        for (const stream of streams) expect(same(await stream?.toArray().then(joined), bytes)).toBe(true);
      });
    });

    describe('materialize', () => {
      it('gives a local file that holds the blob', async () => {
        const bytes = randomBytes(70_000);
        await store.put('ab/cd', { bytes });
        const local = await store.materialize('ab/cd');
        expect(same(local && (await readLocal(local)), bytes)).toBe(true);
        await local?.release();
        expect(same(await store.get('ab/cd'), bytes)).toBe(true);
      });

      it('stands a second release', async () => {
        await putText('ab/cd', 'x');
        const local = await store.materialize('ab/cd');
        await local?.release();
        await local?.release();
        expect(await getText('ab/cd')).toBe('x');
      });
    });

    describe('delete and deleteAll', () => {
      it('remove one blob and leave its neighbours', async () => {
        await putText('ab/cd', 'x');
        await putText('ab/ce', 'y');
        expect(await store.delete('ab/cd')).toBe(true);
        expect(await store.delete('ab/cd')).toBe(false);
        expect(await keys()).toEqual(['ab/ce']);
      });

      it('remove all below a prefix and count them', async () => {
        for (const key of ['ab/cd/1', 'ab/cd/2', 'ab/cd/x/y', 'ab/cde/1', 'abc/1']) await putText(key, key);
        expect(await store.deleteAll('ab/cd')).toBe(3);
        expect(await store.deleteAll('ab/cd')).toBe(0);
        expect(await keys()).toEqual(['ab/cde/1', 'abc/1']);
      });
    });

    it('freeBytes is a number or unknown', async () => {
      const free = await store.freeBytes();
      expect(free === undefined || free >= 0).toBe(true);
    });

    async function readAll(key: string, range?: { start: number; end: number }): Promise<Buffer | undefined> {
      const stream = await store.read(key, range);
      return stream === undefined ? undefined : joined(await stream.toArray());
    }
  });
}

/** Not toEqual: it takes seconds for a megabyte. */
function same(found: Buffer | undefined, expected: Buffer): boolean {
  return found?.equals(expected) ?? false;
}

function joined(chunks: Buffer[]): Buffer {
  return Buffer.concat(chunks);
}

async function readLocal(local: LocalBlob): Promise<Buffer> {
  const file = await open(local.path);
  try {
    const bytes = Buffer.alloc(local.length);
    await file.read(bytes, 0, local.length, local.offset);
    return bytes;
  } finally {
    await file.close();
  }
}
