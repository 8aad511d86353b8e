import { lstatSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { BlobStat } from './blob-store.ts';
import { plainFile } from './disk-files.ts';

/** Looks at files on the spot, where no disk need be asked. */
export interface Looks {
  /** The blob, if it was seen a moment ago and is still there; undefined says nothing. */
  atOnce(key: string): BlobStat | undefined;
  /** It was seen just now. */
  noteSeen(key: string): void;
}

/** How long what the kernel was asked about is certain to be in its memory still. */
const WARM_MS = 2000;
const MAX_WARM_FILES = 10_000;

/**
 * File systems of this machine that answer from memory what they have just been asked, by the numbers that statfs(2)
 * gives them: ext2 to ext4, XFS, Btrfs, F2FS, ZFS, tmpfs, overlayfs. Others may ask a machine that no longer answers.
 */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630,
]);

const NO_LOOKS: Looks = { atOnce: () => undefined, noteSeen: () => undefined };

/**
 * Creates the looks at files below a folder. The kernel takes a few microseconds for one; to wake a thread for it that
 * wakes this one again costs fifty times as much where renders keep the processors busy.
 */
export async function createLooks(root: string): Promise<Looks> {
  if (!LOCAL_TYPES.has((await statfs(root)).type)) return NO_LOOKS;
  const warm = new LRUCache<string, true>({ max: MAX_WARM_FILES, ttl: WARM_MS });

  return {
    atOnce(key) {
      if (!warm.has(key)) return undefined;
      try {
        const stats = lstatSync(join(root, key), { throwIfNoEntry: false });
        return stats && plainFile(stats);
      } catch {
        // Whoever looks properly finds out what is wrong, too.
        return undefined;
      }
    },
    noteSeen: (key) => void warm.set(key, true),
  };
}
