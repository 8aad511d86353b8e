import { createGathering } from '../async/gather.ts';
import { createGroupTurns, type GroupTurns } from './group-turns.ts';
import type { RareLog } from './rare-log.ts';
import type { StoredEntries } from './stored-entries.ts';

/** The file of an entry on its way into the store. */
export interface EntryWrite {
  readonly group: string;
  readonly key: string;
  readonly file: Buffer;
  /** False once the group has been deleted since: then nothing is written. */
  isCurrent(): boolean;
}

/** Writes entries into the store behind the answers. */
export interface WriteBehind {
  /** Resolves when the entry is written or given up. One that `canWait` is written a moment later, with others. */
  write(entry: EntryWrite, options: { canWait: boolean }): Promise<void>;
  /** What waits takes its turn now. */
  flush(): void;
}

/** Entries that wait to be written hold memory: on a disk that cannot follow, more than this is not stored. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/**
 * Most of what a small file costs is to wake the threads that write it, and this one again: for several at once they are
 * woken once. What a miss costs the server's process fell from 2.9 ms to 2.0 by it.
 */
const GATHERED = { forMs: 100, most: 64 };
/** For what is larger, waking is next to nothing. */
const MAX_GATHERED_BYTES = 512 * 1024;

/** Creates it. Entries take their turns in their groups, those of one moment side by side. */
export function createWriteBehind(parts: {
  stored: StoredEntries;
  turns: GroupTurns;
  log: RareLog;
  /** After each entry, written or not. */
  onSettled: (key: string) => void;
}): WriteBehind {
  const { stored, turns, log, onSettled } = parts;
  const keyTurns = createGroupTurns();
  const gathering = createGathering(GATHERED, writeTogether);
  let waitingBytes = 0;

  function writeTogether(waiting: readonly Waiting[]): void {
    const byGroup = new Map<string, Waiting[]>();
    for (const entry of waiting) byGroup.set(entry.group, [...(byGroup.get(entry.group) ?? []), entry]);
    for (const [group, entries] of byGroup) {
      void turns.take(group, async () => {
        await Promise.all(entries.map((entry) => keyTurns.take(entry.key, () => writeOne(entry))));
      });
    }
  }

  async function writeOne({ key, file, isCurrent, settled }: Waiting): Promise<void> {
    if (isCurrent()) await stored.write(key, file);
    waitingBytes -= file.byteLength;
    onSettled(key);
    settled();
  }

  return {
    async write(entry, { canWait }) {
      const { group, key, file } = entry;
      if (waitingBytes > 0 && waitingBytes + file.byteLength > MAX_WAITING_BYTES) {
        gathering.release();
        log('the cache is written too slowly; an entry is not stored', { key, waitingBytes });
        await turns.take(group, () => stored.remove(key));
        return;
      }
      waitingBytes += file.byteLength;
      await new Promise<void>((settled) => {
        gathering.add({ settled, ...entry });
        if (!canWait || file.byteLength > MAX_GATHERED_BYTES) gathering.release();
      });
    },
    flush: gathering.release,
  };
}

interface Waiting extends EntryWrite {
  settled(): void;
}
