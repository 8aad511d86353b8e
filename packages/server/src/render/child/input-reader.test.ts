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
