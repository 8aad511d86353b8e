import { spawnSync } from 'node:child_process';
import { type FileHandle, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../../server-process.ts';

/** A server one of whose folders is a small disk of its own, in memory, that nobody else sees. */
export interface MountedServer {
  readonly server: ServerProcess;
  /** Fills the disk to its last byte; resolves with a function that frees it again. */
  fill(): Promise<() => Promise<void>>;
  remount(how: 'ro' | 'rw'): void;
  stop(): Promise<void>;
}

/** Starts a server in a mount namespace of its own, with `folder` (of those that it makes) on a disk of `size`. */
export async function startMountedServer(disk: {
  readonly folder: 'uploads' | 'cache';
  /** As mount(8) takes it: `16m`. */
  readonly size: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<MountedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'images-server-'));
  const mountPoint = join(folder, disk.folder);
  await mkdir(mountPoint);
  const script = `mount -t tmpfs -o size=${disk.size},mode=700 tmpfs "$0" && exec "$@"`;
  const under = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, mountPoint];
  const server = await startServer({ RENDER_PROCESSES: '2', ...disk.env }, { folder, under });
  /** The folder as the server sees it. */
  const inside = `/proc/${server.pid}/root${mountPoint}`;

  return {
    server,
    async fill() {
      const path = join(inside, 'ballast');
      const ballast = await open(path, 'w');
      await writeUntilFull(ballast);
      await ballast.close();
      return () => rm(path);
    },
    remount(how) {
      const words = ['--target', String(server.pid), '--mount', 'mount', '-o', `remount,${how}`, mountPoint];
      const { status, stderr } = spawnSync('nsenter', words);
      if (status !== 0) throw new Error(stderr.toString());
    },
    async stop() {
      await server.stop();
    },
  };
}

async function writeUntilFull(file: FileHandle): Promise<void> {
  const block = Buffer.alloc(65_536, 1);
  try {
    for (;;) await file.write(block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
