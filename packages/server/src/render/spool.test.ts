import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RenderJob, RenderOverlay } from './protocol.ts';
import { openSpool, spoolParent } from './spool.ts';

const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const limits = { maxPixels: { light: 1, middle: 1, heavy: 1, avif: 1 }, maxSidePx: 1, maxFrames: 1 };

let parent: string;
let original: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'spool-test-'));
  await chmod(parent, 0o711);
  original = join(parent, 'original');
  await writeFile(original, '..picture', { mode: 0o600 });
});
afterEach(() => rm(parent, { recursive: true }));

const probeOf = (path: string): RenderJob => ({
  kind: 'probe',
  input: { path, offset: 2, length: 7 },
  limits,
});

describe('openSpool', () => {
  it('lends a copy that only the user can read, in a folder where nobody can look around', async () => {
    const spool = await openSpool({ parent, user, keptMs: 0 });
    const { job } = await spool.lend(probeOf(original));
    const path = 'path' in job.input ? job.input.path : '';
    expect(job).toEqual(probeOf(path));
    expect(await readFile(path, 'utf8')).toBe('..picture');
    expect(await stat(path)).toMatchObject({ uid: user.uid, gid: user.gid, mode: 0o100400 });
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o711);
  });

  it('removes the copy on release, and the folder on close; the original stays', async () => {
    const spool = await openSpool({ parent, user, keptMs: 0 });
    const { job, release } = await spool.lend(probeOf(original));
    await release();
    const path = 'path' in job.input ? job.input.path : '';
    expect(await readdir(dirname(path))).toEqual([]);
    await spool.close();
    expect(await readdir(parent)).toEqual(['original']);
  });

  it('lends the overlays of a job too, and removes all copies on release, also where one is gone', async () => {
    const spool = await openSpool({ parent, user, keptMs: 0 });
    const input = { path: original, offset: 2, length: 7 };
    const jobWith = (overlays: RenderOverlay[]): RenderJob => ({
      kind: 'render',
      input,
      limits,
      overlays,
      steps: '',
      output: { format: 'png', quality: 100 },
      outputLimits: { maxSidePx: 1, maxPixels: 1, maxResultPixels: 1 },
    });
    const overlays = [
      { picture: 'a', input },
      { picture: 'b', input: { bytes: Buffer.from('picture') } },
    ];
    const { job, release } = await spool.lend(jobWith(overlays));
    const lent = job.kind === 'render' ? (job.overlays ?? []) : [];
    const paths = [job, ...lent].map((part) => ('path' in part.input ? part.input.path : ''));
    expect(lent[1]).toEqual(overlays[1]);
    // One copy of one file, however often it is needed.
    expect(paths[1]).toBe(paths[0]);
    expect(await readFile(paths[1] ?? '', 'utf8')).toBe('..picture');
    await release();
    const gone = { picture: 'c', input: { ...input, path: join(parent, 'gone') } };
    await expect(spool.lend(jobWith([gone]))).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(dirname(paths[0] ?? ''))).toEqual([]);
  });

  it('passes bytes on as they are', async () => {
    const spool = await openSpool({ parent, user, keptMs: 0 });
    const job: RenderJob = { kind: 'probe', input: { bytes: Buffer.from('picture') }, limits };
    expect((await spool.lend(job)).job).toEqual(job);
  });

  it('says that the original is gone, and leaves nothing', async () => {
    const spool = await openSpool({ parent, user, keptMs: 0 });
    await expect(spool.lend(probeOf(join(parent, 'gone')))).rejects.toMatchObject({ code: 'not_found' });
    const [folder = ''] = (await readdir(parent)).filter((name) => name !== 'original');
    expect(await readdir(join(parent, folder))).toEqual([]);
  });

  it('sweeps what killed servers have left, not what living ones use', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await mkdir(join(parent, `images-server-spool-${pid}-dead`));
    await mkdir(join(parent, `images-server-spool-${process.ppid}-alive`));
    await openSpool({ parent, user, keptMs: 0 });
    const names = await readdir(parent);
    expect(names).not.toContain(`images-server-spool-${pid}-dead`);
    expect(names).toContain(`images-server-spool-${process.ppid}-alive`);
  });

  it('refuses a place that other users cannot reach', async () => {
    await chmod(parent, 0o700);
    await expect(openSpool({ parent, user, keptMs: 0 })).rejects.toThrow(
      `${parent} is closed to other users`,
    );
    expect(await readdir(parent)).toEqual(['original']);
  });
});

describe('spoolParent', () => {
  it('is on disk where memory has not as much room', async () => {
    expect(await spoolParent(Number.MAX_SAFE_INTEGER)).toBe(tmpdir());
  });

  it('is a folder that can be written', async () => {
    const spool = await openSpool({ parent: await spoolParent(1), user });
    await spool.close();
  });
});
