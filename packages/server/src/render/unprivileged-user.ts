import { readFileSync } from 'node:fs';

export interface UnprivilegedUser {
  readonly uid: number;
  readonly gid: number;
}

/** "nobody" and its group, by Linux' own convention (the overflow ids of `proc(5)`). */
const NOBODY: UnprivilegedUser = { uid: 65_534, gid: 65_534 };

/** CAP_CHOWN, CAP_SETGID and CAP_SETUID of `capabilities(7)`: to hand over files, and to become somebody else. */
const NEEDED_CAPABILITIES = (1n << 0n) | (1n << 6n) | (1n << 7n);

/**
 * Whom render processes should become: nobody, where this process is root and able to arrange it; undefined where it is
 * not root, or a root that a container has stripped of what that takes.
 */
export function findUnprivilegedUser(): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const [status, uidMap, gidMap] = ['status', 'uid_map', 'gid_map'].map(readOwn);
    if (status === undefined || uidMap === undefined || gidMap === undefined) return undefined;
    const canArrange =
      hasCapabilities(status) && isMapped(uidMap, NOBODY.uid) && isMapped(gidMap, NOBODY.gid);
    return canArrange ? NOBODY : undefined;
  } catch {
    // No /proc, no Linux: nothing to go by.
    return undefined;
  }
}

function readOwn(name: string): string {
  return readFileSync(`/proc/self/${name}`, 'utf8');
}

/** `status`: the text of `/proc/self/status`. */
export function hasCapabilities(status: string): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & NEEDED_CAPABILITIES) === NEEDED_CAPABILITIES;
}

/** `map`: the text of `/proc/self/uid_map`, lines of "first id here, first id outside, how many". */
export function isMapped(map: string, id: number): boolean {
  return map.split('\n').some((line) => {
    const [first = Number.NaN, , count = Number.NaN] = line.trim().split(/\s+/).map(Number);
    return id >= first && id < first + count;
  });
}
