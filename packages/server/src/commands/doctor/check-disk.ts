import { randomUUID } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { printByteSize } from '../../config/byte-size.ts';
import type { Settings } from '../../config/schema.ts';
import { advice, type Finding, ok, problem } from './finding.ts';

/** By `f_type` of `statfs(2)`. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  16914836: 'tmpfs',
  26985: 'nfs',
  2035054128: 'overlayfs',
};

type DiskSettings = Pick<
  Settings,
  'storage' | 'storageDiskDir' | 'cache' | 'cacheDiskDir' | 'cacheMaxBytes' | 'cacheMinFreeBytes'
>;

/** Looks at the disks below the two folders; both exist and can be written. */
export async function checkDisk(settings: DiskSettings): Promise<Finding[]> {
  const { storage, storageDiskDir, cache, cacheDiskDir } = settings;
  const findings: Finding[] = [];
  if (storage === 'disk') {
    findings.push(
      await checkKeeping(storageDiskDir),
      await checkFsync(storageDiskDir),
      await checkClock(storageDiskDir),
    );
    findings.push(await checkSpace('originals', storageDiskDir, LITTLE_SPACE_BYTES));
  }
  if (cache === 'disk') {
    findings.push(await checkSpace('cache', cacheDiskDir, settings.cacheMinFreeBytes));
    findings.push(await checkBudget(settings));
  }
  return findings;
}

const LITTLE_SPACE_BYTES = 1024 ** 3;
const FEW_INODES = 10_000;

/** Will what is stored there still be there tomorrow? */
async function checkKeeping(folder: string): Promise<Finding> {
  const subject = 'originals';
  const name = FILE_SYSTEMS[(await statfs(folder)).type];
  if (name === 'tmpfs') {
    return problem(subject, `${folder} is in memory (tmpfs)`, 'name a folder on a disk: STORAGE_DISK_DIR');
  }
  if (name === 'overlayfs') {
    const message = `${folder} is a part of the container and goes with it`;
    return advice(subject, message, 'mount a volume there, unless that is what you want');
  }
  if (name === 'nfs') {
    const message = `${folder} is on a network file system`;
    return advice(
      subject,
      message,
      'use a disk of the machine, or mount it with `hard`: a server that is away stops uploads',
    );
  }
  return ok(subject, folder);
}

async function checkSpace(subject: string, folder: string, leastBytes: number): Promise<Finding> {
  const { bavail, bsize, ffree, files } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const message = `${printByteSize(Math.floor(freeBytes / 1024 ** 2) * 1024 ** 2)} free in ${folder}`;
  if (freeBytes < leastBytes) return problem(`space of ${subject}`, message, 'make room, or move the folder');
  if (files > 0 && ffree < FEW_INODES) {
    return problem(
      `space of ${subject}`,
      `${ffree} inodes free in ${folder}`,
      'make a file system with more inodes',
    );
  }
  return ok(`space of ${subject}`, message);
}

async function checkBudget({
  cacheDiskDir,
  cacheMaxBytes,
  cacheMinFreeBytes,
}: DiskSettings): Promise<Finding> {
  const { blocks, bsize } = await statfs(cacheDiskDir);
  const diskBytes = blocks * bsize;
  const message = `${printByteSize(cacheMaxBytes)} of a disk of ${printByteSize(Math.floor(diskBytes / 1024 ** 3) * 1024 ** 3)}`;
  if (cacheMaxBytes + cacheMinFreeBytes <= diskBytes) return ok('budget of the cache', message);
  return advice('budget of the cache', message, 'set CACHE_MAX_BYTES to less than the disk holds');
}

const SLOW_FSYNC_MS = 50;
const FSYNCS = 5;

/** An upload waits for a few of these. */
async function checkFsync(folder: string): Promise<Finding> {
  const path = join(folder, `.write-check-${randomUUID()}`);
  const file = await open(path, 'wx', 0o600);
  const times: number[] = [];
  try {
    for (let count = 0; count < FSYNCS; count += 1) {
      const startedMs = performance.now();
      await file.write(Buffer.alloc(4096));
      await file.sync();
      times.push(performance.now() - startedMs);
    }
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
  const medianMs = times.toSorted((a, b) => a - b)[Math.floor(FSYNCS / 2)] ?? 0;
  const message = `${medianMs.toFixed(1)} ms, the median of ${FSYNCS}`;
  if (medianMs < SLOW_FSYNC_MS) return ok('fsync', message);
  return advice(
    'fsync',
    message,
    'uploads wait for several: a faster disk, or one with a battery-backed cache',
  );
}

const MAX_SKEW_MS = 5000;
/** Before it, this program was not written: 1 January 2025. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);

/** Signed addresses, upload tokens and the freshness of remote pictures go by the clock. */
async function checkClock(folder: string): Promise<Finding> {
  const path = join(folder, `.write-check-${randomUUID()}`);
  const file = await open(path, 'wx', 0o600);
  try {
    const skewMs = Math.abs((await stat(path)).mtimeMs - Date.now());
    const now = new Date().toISOString();
    if (Date.now() < EARLIEST_MS)
      return problem('clock', `it says ${now}`, 'set the clock: chrony or systemd-timesyncd');
    if (skewMs > MAX_SKEW_MS) {
      const message = `the clock of the disk differs by ${Math.round(skewMs / 1000)} s`;
      return problem('clock', message, 'let both machines keep their time by NTP');
    }
    return ok('clock', now);
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
