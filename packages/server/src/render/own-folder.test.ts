import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOwnFolder, refresh } from './own-folder.ts';

const PREFIX = 'own-';
/** No process has this id: the highest on Linux is 4,194,304. */
const NOBODY = 4_999_999;

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'own-folder-test-'));
});
afterEach(() => rm(parent, { recursive: true }));

describe('makeOwnFolder', () => {
  it('makes a folder that is closed to others, or one to pass through, and removes it', async () => {
    const closed = await makeOwnFolder({ parent, prefix: PREFIX, forOthers: false });
    expect((await stat(closed.path)).mode & 0o777).toBe(0o700);
    await chmod(parent, 0o711);
    const open = await makeOwnFolder({ parent, prefix: PREFIX, forOthers: true });
    expect((await stat(open.path)).mode & 0o777).toBe(0o711);
    await writeFile(join(open.path, 'file'), '');
    await Promise.all([closed.remove(), open.remove()]);
    expect(await readdir(parent)).toEqual([]);
  });

  it('removes what a server that is gone has left, and nothing else', async () => {
    const others = [`${PREFIX}${process.pid}-x`, `other-${NOBODY}-x`];
    for (const name of [...others, `${PREFIX}${NOBODY}-x`])
      await mkdir(join(parent, name, 'below'), { recursive: true });
    const mine = await makeOwnFolder({ parent, prefix: PREFIX, forOthers: false });
    await mine.remove();
    expect((await readdir(parent)).sort()).toEqual(others.sort());
  });

  it('refuses a place that others cannot reach where they have to', async () => {
    await expect(makeOwnFolder({ parent, prefix: PREFIX, forOthers: true })).rejects.toThrow(
      'closed to other users',
    );
  });
});

describe('refresh', () => {
  it('makes the folder and all in it look used', async () => {
    await mkdir(join(parent, 'below'));
    await writeFile(join(parent, 'below/file'), '');
    const paths = [join(parent, 'below/file'), join(parent, 'below'), parent];
    for (const path of paths) await utimes(path, 1, 1);
    await refresh(parent);
    for (const path of paths) expect(Date.now() - (await stat(path)).mtimeMs).toBeLessThan(60_000);
  });

  it('is no concern of a folder that is gone', async () => {
    await expect(refresh(join(parent, 'none'))).resolves.toBeUndefined();
  });
});
