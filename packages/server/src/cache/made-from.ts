import { createHash } from 'node:crypto';

/**
 * What the name of an entry ends in that is made from the original of another group too, once for each: by it the entry
 * is found when that original goes. It tells nothing of the group's own name. It is short, because a file's name has at most
 * 255 characters; should two groups ever have the same, a deletion takes along what can be made again.
 */
export function madeFromMark(group: string): string {
  return `${MARK_BEGINNING}${createHash('sha256').update(group).digest('hex').slice(0, 12)}`;
}

const MARK_BEGINNING = '-with-';
const MARK = /-with-[0-9a-f]{12}/g;

/** Keys by the marks in them. */
export interface MarkedKeys {
  /** Keys without a mark are not kept. */
  add(key: string): void;
  remove(key: string): void;
  /** All that have the mark. */
  with(mark: string): readonly string[];
}

/** Creates an empty index of keys by their marks. */
export function createMarkedKeys(): MarkedKeys {
  const keysByMark = new Map<string, Set<string>>();
  return {
    add(key) {
      for (const mark of marksOf(key)) {
        const keys = keysByMark.get(mark);
        if (keys === undefined) keysByMark.set(mark, new Set([key]));
        else keys.add(key);
      }
    },
    remove(key) {
      for (const mark of marksOf(key)) {
        const keys = keysByMark.get(mark);
        keys?.delete(key);
        if (keys?.size === 0) keysByMark.delete(mark);
      }
    },
    with: (mark) => [...(keysByMark.get(mark) ?? [])],
  };
}

/** The marks in a key, of which most have none. */
export function marksOf(key: string): readonly string[] {
  return key.includes(MARK_BEGINNING) ? (key.match(MARK) ?? []) : [];
}
