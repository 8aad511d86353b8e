import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInputReader } from './input-reader.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'input-reader-'));
  await writeFile(join(folder, 'file'), 'headerpicture');
});
afterAll(() => rm(folder, { recursive: true }));

describe('createInputReader', () => {
  it('reads a part of a file', () => {
    const read = createInputReader();
    expect(read({ path: join(folder, 'file'), offset: 6, length: 7 }).toString()).toBe('picture');
    expect(read({ path: join(folder, 'file'), offset: 0, length: 6 }).toString()).toBe('header');
  });

  describe('of bytes that have an id', () => {
    const part = (id: string, name: string, length: number) => ({
      path: join(folder, name),
      offset: 0,
      length,
      id,
    });

    it('does not read them again within two seconds', async () => {
      let nowMs = 0;
      const read = createInputReader(() => nowMs);
      await writeFile(join(folder, 'changing'), 'first');
      read(part('a', 'changing', 5));
      await writeFile(join(folder, 'changing'), 'other');
      nowMs = 1999;
      expect(read(part('a', 'changing', 5)).toString()).toBe('first');
      expect(read(part('b', 'changing', 5)).toString()).toBe('other');
      expect(read(part('a', 'changing', 5)).toString()).toBe('first');
      nowMs = 2000;
      expect(read(part('a', 'changing', 5)).toString()).toBe('other');
    });

    it('gives each its own, however many there are', async () => {
      const read = createInputReader();
      const contents = Array.from({ length: 40 }, (_, index) => randomBytes(100_000 + index * 50_000));
      for (const [index, bytes] of contents.entries()) await writeFile(join(folder, `${index}`), bytes);
      const orders = [contents.keys(), [...contents.keys()].reverse(), [0, 39, 0, 20, 39, 20, 0]];
      for (const index of orders.flatMap((order) => [...order])) {
        const bytes = contents[index] ?? Buffer.alloc(0);
        expect(read(part(`${index}`, `${index}`, bytes.length)).equals(bytes)).toBe(true);
      }
    });

    it('does not keep what it could not read', async () => {
      const read = createInputReader();
      await writeFile(join(folder, 'growing'), 'half');
      expect(() => read(part('g', 'growing', 8))).toThrow(expect.objectContaining({ code: 'not_found' }));
      await writeFile(join(folder, 'growing'), 'half more');
      expect(read(part('g', 'growing', 8)).toString()).toBe('half mor');
    });
  });

  it('takes bytes as they are', () => {
    const bytes = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
    expect([...createInputReader()({ bytes })]).toEqual([1, 2]);
  });

  it('says that a file is gone or shorter than it was, and leaves nothing open', async () => {
    const read = createInputReader();
    const openBefore = (await readdir('/proc/self/fd')).length;
    expect(() => read({ path: join(folder, 'other'), offset: 0, length: 1 })).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(() => read({ path: join(folder, 'file'), offset: 0, length: 14 })).toThrow(
        expect.objectContaining({ code: 'not_found' }),
      );
    }
    expect((await readdir('/proc/self/fd')).length).toBe(openBefore);
  });

  it.each([
    ['cannot be opened', 'x'.repeat(300), 'ENAMETOOLONG'],
    ['cannot be read', '', 'EISDIR'],
  ])('does not call a file gone that %s', (_, name, errno) => {
    const read = createInputReader();
    expect(() => read({ path: join(folder, name), offset: 0, length: 1 })).toThrow(
      expect.objectContaining({ code: 'storage_failed', message: expect.stringContaining(errno) }),
    );
  });
});
