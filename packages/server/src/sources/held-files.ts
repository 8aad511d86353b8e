import { rm } from 'node:fs/promises';
import type { LocalBlob } from '../blobs/blob-store.ts';

/**
 * Keeps downloaded files for a short time under a key, for those who have asked for them but not opened them yet: a
 * cache may keep nothing at all. A file that is being read stays until it has been read.
 */
export interface HeldFiles {
  /** Takes over the file; it is removed after `holdMs`, or earlier where others need the room. */
  hold(key: string, file: { readonly path: string; readonly bytes: number }): void;
  has(key: string): boolean;
  open(key: string): LocalBlob | undefined;
  /** Removes all files but those that are being read, which go with their last reader. */
  close(): Promise<void>;
}

interface HeldFile {
  readonly path: string;
  readonly bytes: number;
  readonly timer: NodeJS.Timeout;
  readers: number;
  isHeld: boolean;
}

/** Creates an empty hold for `maxBytes` of files (the newest is held whatever its size). */
export function createHeldFiles(bounds: { holdMs: number; maxBytes: number }): HeldFiles {
  const { holdMs, maxBytes } = bounds;
  const files = new Map<string, HeldFile>();
  let bytes = 0;

  async function letGo(key: string): Promise<void> {
    const file = files.get(key);
    if (file === undefined) return;
    files.delete(key);
    bytes -= file.bytes;
    clearTimeout(file.timer);
    file.isHeld = false;
    await removeUnread(file);
  }

  return {
    hold(key, { path, bytes: fileBytes }) {
      void letGo(key);
      const timer = setTimeout(() => void letGo(key), holdMs);
      timer.unref();
      files.set(key, { path, bytes: fileBytes, timer, readers: 0, isHeld: true });
      bytes += fileBytes;
      for (const oldest of files.keys()) {
        if (bytes <= maxBytes || oldest === key) break;
        void letGo(oldest);
      }
    },

    has: (key) => files.has(key),

    open(key) {
      const file = files.get(key);
      if (file === undefined) return undefined;
      file.readers += 1;
      let isOpen = true;
      const release = async () => {
        if (!isOpen) return;
        isOpen = false;
        file.readers -= 1;
        await removeUnread(file);
      };
      return { path: file.path, offset: 0, length: file.bytes, release };
    },

    close: async () => {
      await Promise.all([...files.keys()].map(letGo));
    },
  };
}

async function removeUnread(file: HeldFile): Promise<void> {
  if (file.isHeld || file.readers > 0) return;
  // What cannot be removed now is swept with the other temporary files at the next start.
  await rm(file.path, { force: true }).catch(() => {});
}
