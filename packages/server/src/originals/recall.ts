import type { VariantCache } from '../cache/variant-cache.ts';
import type { Original } from '../sources/source.ts';
import type { Notes } from './notes.ts';

/** What is kept under a name about an original, or what `find` finds out, which is kept: each is found out once. */
export type Recall = <Value extends object>(
  original: Original,
  name: string,
  find: () => Promise<Value>,
) => Promise<Value>;

/**
 * Creates the memory of what was found out about originals: beside an upload, and in the cache for a remote picture,
 * where it goes with the version of the picture that it is about.
 */
export function createRecall(dependencies: { notes: Notes; cache: VariantCache }): Recall {
  const { notes, cache } = dependencies;

  return async function recall<Value extends object>(
    original: Original,
    name: string,
    find: () => Promise<Value>,
  ): Promise<Value> {
    const { group, id, freshness } = original;
    if (freshness.kind === 'immutable') return notes.get(group, name, find);
    const ticket = cache.ticket(group);
    const entryName = `${name}-${id}`;
    const entry = cache.peek(group, entryName) ?? (await cache.get(group, entryName));
    // What lies under a name was put there by the same caller, with the same type; entries carry checksums.
    if (entry !== undefined) return JSON.parse(entry.bytes.toString('utf8')) as Value;
    const found = await find();
    void cache.put(ticket, entryName, { bytes: Buffer.from(JSON.stringify(found)), meta: {} });
    return found;
  };
}
