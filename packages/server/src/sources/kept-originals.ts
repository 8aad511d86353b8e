import { readFile, writeFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { LocalBlob } from '../blobs/blob-store.ts';
import { storageError } from '../blobs/storage-error.ts';
import type { GroupTicket, VariantCache } from '../cache/variant-cache.ts';
import { createHeldFiles, type HeldFiles } from './held-files.ts';
import { metaToRecord, type RemoteRecord, recordToMeta } from './remote-record.ts';

/** The right to say what a group's picture is; a later one outranks an earlier one, whichever ends first. */
export interface Turn {
  readonly ticket: GroupTicket;
  readonly order: number;
}

/** The remote originals that are at hand, by group. */
export interface KeptOriginals {
  find(group: string): Promise<RemoteRecord | undefined>;
  /** Whether the bytes of that version are there. */
  has(group: string, id: string): Promise<boolean>;
  open(group: string, id: string): Promise<LocalBlob | undefined>;
  /** To be taken before the origin is asked. */
  takeTurn(group: string): Turn;
  /**
   * Makes a version the group's picture, unless a later turn has ended before, and takes over its file. It can be found
   * and opened at once; into the cache it goes behind.
   */
  keep(turn: Turn, record: RemoteRecord, path: string): void;
  /** The same for a version whose bytes are there already. */
  renew(turn: Turn, record: RemoteRecord): void;
  /** Waits for the cache to take what was kept, and removes the files that are held. */
  close(): Promise<void>;
}

/** Long enough for whoever found a record to open its file, also behind a full queue of renders. */
const HOLD_MS = 60_000;
/** Shorter than the hold, so that what is found can be opened. */
const REMEMBER_MS = 45_000;
const MAX_HELD_BYTES = 512 * 1024 * 1024;
const MAX_REMEMBERED = 10_000;

/** The cache entry that says what a group's picture is; its bytes are the entry `original-<id>`. */
const RECORD_ENTRY = 'source';

/** Creates the store of remote originals on the cache, with a short memory before it. */
export function createKeptOriginals(dependencies: {
  cache: VariantCache;
  temporaryFile: () => Promise<string>;
  log: Pick<Logger, 'warn'>;
}): KeptOriginals {
  const { cache, temporaryFile } = dependencies;
  const held = createHeldFiles({ holdMs: HOLD_MS, maxBytes: MAX_HELD_BYTES });
  const latest = new LRUCache<string, Latest>({ max: MAX_REMEMBERED, ttl: REMEMBER_MS });
  const store = createStoreBehind({ ...dependencies, held });
  let turns = 0;

  /** False where a later turn has ended before this one. */
  function claim({ ticket, order }: Turn, record: RemoteRecord): boolean {
    if ((latest.get(ticket.group)?.order ?? 0) > order) return false;
    latest.set(ticket.group, { record, order });
    return true;
  }

  async function find(group: string): Promise<RemoteRecord | undefined> {
    const remembered = latest.get(group);
    if (remembered !== undefined) return remembered.record;
    const entry = await cache.get(group, RECORD_ENTRY);
    return entry === undefined ? undefined : metaToRecord(entry.meta);
  }

  /** A cache without a disk may have the bytes and no file of them. */
  async function openFromMemory(group: string, id: string): Promise<LocalBlob | undefined> {
    const entry = await cache.get(group, bytesEntry(id));
    if (entry === undefined) return undefined;
    const path = await temporaryFile();
    await writeFile(path, entry.bytes, { mode: 0o600 }).catch((error: unknown) => {
      throw storageError(error, 'open the remote picture');
    });
    held.hold(heldKey(group, id), { path, bytes: entry.bytes.byteLength });
    return held.open(heldKey(group, id));
  }

  function keep(turn: Turn, record: RemoteRecord, path: string): void {
    held.hold(heldKey(turn.ticket.group, record.id), { path, bytes: record.facts.bytes });
    if (claim(turn, record)) store.original(turn.ticket, record);
  }

  return {
    find,
    has: async (group, id) => held.has(heldKey(group, id)) || cache.has(group, bytesEntry(id)),
    open: async (group, id) =>
      held.open(heldKey(group, id)) ??
      (await cache.materialize(group, bytesEntry(id))) ??
      openFromMemory(group, id),
    takeTurn(group) {
      turns += 1;
      return { ticket: cache.ticket(group), order: turns };
    },
    keep,
    renew(turn, record) {
      if (claim(turn, record)) store.record(turn.ticket, record);
    },
    async close() {
      await store.done();
      await held.close();
    },
  };
}

/** Puts what is held into the cache, one after the other: it takes an original as one buffer, and memory is dear. */
function createStoreBehind(dependencies: {
  cache: VariantCache;
  held: HeldFiles;
  log: Pick<Logger, 'warn'>;
}) {
  const { cache, held, log } = dependencies;
  let storing = Promise.resolve();

  function behind(work: () => Promise<void>): void {
    storing = storing
      .then(work)
      .catch((error: unknown) => log.warn({ err: error }, 'a remote original was not kept'));
  }

  async function putOriginal(ticket: GroupTicket, record: RemoteRecord): Promise<void> {
    const file = held.open(heldKey(ticket.group, record.id));
    if (file === undefined) return;
    try {
      // First, so that whatever fails below, the old picture does not come back in place of the new one.
      await cache.drop(ticket.group, RECORD_ENTRY);
      await cache.put(ticket, bytesEntry(record.id), { bytes: await readFile(file.path), meta: {} });
      await putRecord(ticket, record);
    } finally {
      await file.release();
    }
  }

  function putRecord(ticket: GroupTicket, record: RemoteRecord): Promise<void> {
    return cache.put(ticket, RECORD_ENTRY, { bytes: Buffer.alloc(0), meta: recordToMeta(record) });
  }

  return {
    original: (ticket: GroupTicket, record: RemoteRecord) => behind(() => putOriginal(ticket, record)),
    record: (ticket: GroupTicket, record: RemoteRecord) => behind(() => putRecord(ticket, record)),
    done: () => storing,
  };
}

interface Latest {
  readonly record: RemoteRecord;
  readonly order: number;
}

function heldKey(group: string, id: string): string {
  return `${group}/${id}`;
}

function bytesEntry(id: string): string {
  return `original-${id}`;
}
