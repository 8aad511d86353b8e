import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHeldFiles } from './held-files.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'held-files-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text = name): Promise<{ path: string; bytes: number }> {
  const path = join(folder, name);
  await writeFile(path, text);
  return { path, bytes: text.length };
}

const filesLeft = () => readdir(folder);
const DAY_MS = 24 * 60 * 60 * 1000;

describe('createHeldFiles', () => {
  it('opens what it holds, as often as it is asked', async () => {
    const held = createHeldFiles({ holdMs: DAY_MS, maxBytes: 100 });
    held.hold('a', await file('one'));
    const first = held.open('a');
    const second = held.open('a');
    expect(first).toMatchObject({ path: join(folder, 'one'), offset: 0, length: 3 });
    await Promise.all([first?.release(), second?.release()]);
    expect([held.has('a'), held.has('b'), held.open('b')]).toEqual([true, false, undefined]);
    await held.close();
    expect(await filesLeft()).toEqual([]);
  });

  it('removes a file when its time is over', async () => {
    const held = createHeldFiles({ holdMs: 1, maxBytes: 100 });
    held.hold('a', await file('one'));
    await vi.waitFor(async () => expect(await filesLeft()).toEqual([]), { interval: 2 });
    expect(held.open('a')).toBeUndefined();
  });

  it('keeps a file for its readers when it is replaced, and removes it after the last', async () => {
    const held = createHeldFiles({ holdMs: DAY_MS, maxBytes: 100 });
    held.hold('a', await file('old'));
    const [first, second] = [held.open('a'), held.open('a')];
    held.hold('a', await file('new'));
    await first?.release();
    await first?.release();
    expect(await readFile(second?.path ?? '', 'utf8')).toBe('old');
    await second?.release();
    expect(await filesLeft()).toEqual(['new']);
    expect(held.open('a')?.path).toBe(join(folder, 'new'));
  });

  it('makes room for a new file by letting the oldest go, however large the new one is', async () => {
    const held = createHeldFiles({ holdMs: DAY_MS, maxBytes: 10 });
    held.hold('a', await file('a', '12345'));
    held.hold('b', await file('b', '12345'));
    held.hold('c', await file('c', '12345'));
    expect(['a', 'b', 'c'].map(held.has)).toEqual([false, true, true]);
    held.hold('d', await file('d', '12345678901'));
    expect(['a', 'b', 'c', 'd'].map(held.has)).toEqual([false, false, false, true]);
    await vi.waitFor(async () => expect(await filesLeft()).toEqual(['d']), { interval: 2 });
  });
});
