const GROUP = /^[0-9a-z]{3,128}$/;

/**
 * Where an entry lies in its blob store: `ab/<rest of the group>/<name>`, so that a group is one folder and no folder
 * has more than its share of them. A group outside `[0-9a-z]{3,128}` is a caller's mistake and throws a plain Error.
 */
export function entryKey(group: string, name: string): string {
  return `${groupPrefix(group)}/${name}`;
}

/** What the keys of all entries of a group begin with, before a `/`. */
export function groupPrefix(group: string): string {
  if (!GROUP.test(group)) throw new Error(`Expected a group of 3 to 128 letters and digits, got ${group}`);
  return `${group.slice(0, 2)}/${group.slice(2)}`;
}

/** The group's prefix, of an entry's key. */
export function prefixOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}

/** The group, of an entry's key. */
export function groupOfKey(key: string): string {
  return prefixOfKey(key).replace('/', '');
}

const ENTRY_KEY = /^[0-9a-z]{2}\/[0-9a-z]{1,126}\/[^/]+$/;

/** Can the cache have made a blob of this key? Others in the same store are not its business. */
export function isEntryKey(key: string): boolean {
  return ENTRY_KEY.test(key);
}
