import type { GroupTicket, VariantCache } from '../cache/variant-cache.ts';

/** Remembers which variants took longer than their budget, so that nobody waits for them again. */
export interface SlowRenders {
  has(group: string, key: string): Promise<boolean>;
  note(ticket: GroupTicket, key: string): void;
}

/** Creates the memory in the cache, where a picture's entries go with it. */
export function createSlowRenders(cache: VariantCache): SlowRenders {
  return {
    has: async (group, key) =>
      (cache.peek(group, nameOf(key)) ?? (await cache.get(group, nameOf(key)))) !== undefined,
    note: (ticket, key) => void cache.put(ticket, nameOf(key), { bytes: Buffer.alloc(0), meta: {} }),
  };
}

function nameOf(key: string): string {
  return `${key}-slow`;
}
