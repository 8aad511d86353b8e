import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import { createCoalescer } from '../async/coalesce.ts';
import type { LocalBlob } from '../blobs/blob-store.ts';
import type { VariantCache } from '../cache/variant-cache.ts';
import { ServiceError } from '../errors.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { FetchRemote } from './fetch-remote.ts';
import { createKeptOriginals, type KeptOriginals } from './kept-originals.ts';
import { createObtainOriginal, type RemotePicture } from './obtain-original.ts';
import { createOriginFailures } from './origin-failures.ts';
import { ageOf, type RemoteRecord } from './remote-record.ts';
import { parseRemoteUrl } from './remote-url.ts';
import type { Original } from './source.ts';

/** Pictures from elsewhere, by their URL. */
export interface RemoteSource {
  /**
   * The picture at a URL. Its origin is asked where it is not at hand; where it is not fresh any more, the old one is
   * the answer for a while and is renewed behind it. `reset` downloads it again in any case, once for all who ask for
   * that at the same time. Rejects with `bad_url`, with what `FetchRemote` or a `verify` job reject with, or with
   * `client_gone`.
   */
  resolve(url: string, options: { readonly reset: boolean; readonly signal: AbortSignal }): Promise<Original>;
  /** Ends what runs behind, and waits for the cache to take what was kept. */
  close(): Promise<void>;
}

/**
 * Creates the source of remote pictures. A picture is fresh for `freshSeconds` after its origin was asked; for
 * `staleSeconds` after that it is used while it is renewed, or while it cannot be. An origin that has failed is left
 * alone for `failureMs`.
 */
export function createRemoteSource(dependencies: {
  cache: VariantCache;
  fetchRemote: FetchRemote;
  renderer: Renderer;
  limits: InputLimits;
  /** Where a download may be written; asked for each. */
  temporaryFile: () => Promise<string>;
  freshSeconds: number;
  staleSeconds?: number;
  failureMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
  log: Pick<Logger, 'warn'>;
}): RemoteSource {
  const { freshSeconds, staleSeconds = 24 * 60 * 60, failureMs = 5_000, now = Date.now, log } = dependencies;
  const freshMs = freshSeconds * 1000;
  const staleMs = staleSeconds * 1000;
  const kept = createKeptOriginals(dependencies);
  const obtain = createObtainOriginal({ ...dependencies, kept, now });
  const failures = createOriginFailures(failureMs);
  const loads = createCoalescer<RemoteRecord>();
  const resets = createCoalescer<RemoteRecord>();
  const behind = createWorkBehind(log);

  function reset(picture: RemotePicture, signal: AbortSignal): Promise<RemoteRecord> {
    return resets.run(picture.group, signal, (runSignal) =>
      failures.watch(picture.group, obtain(picture, { conditional: false, signal: runSignal })),
    );
  }

  /** Asks the origin, together with all who do so now, unless it has just failed. */
  async function load(picture: RemotePicture, signal: AbortSignal): Promise<RemoteRecord> {
    const failure = failures.find(picture.group);
    if (failure !== undefined) throw failure;
    return loads.run(picture.group, signal, (runSignal) =>
      failures.watch(picture.group, obtain(picture, { conditional: true, signal: runSignal })),
    );
  }

  async function find(picture: RemotePicture, signal: AbortSignal): Promise<RemoteRecord> {
    const record = await kept.find(picture.group);
    if (record === undefined) return load(picture, signal);
    const age = ageOf(record, { nowMs: now(), freshMs, staleMs });
    if (age === 'expired') return load(picture, signal);
    if (age === 'stale' && failures.find(picture.group) === undefined) {
      behind.run(picture.group, (runSignal) => load(picture, runSignal));
    }
    return record;
  }

  return {
    async resolve(text, options) {
      const picture = remotePicture(text);
      const record = await (options.reset ? reset : find)(picture, options.signal);
      const freshness = freshnessOf(record, { nowMs: now(), freshMs, staleMs });
      const open = (signal: AbortSignal) =>
        openOriginal({ group: picture.group, id: record.id, kept, loadAgain: () => load(picture, signal) });
      return { group: picture.group, id: record.id, facts: record.facts, freshness, open };
    },
    async close() {
      await behind.close();
      await kept.close();
    },
  };
}

function remotePicture(text: string): RemotePicture {
  const url = parseRemoteUrl(text);
  return { url, group: createHash('sha256').update(url.href).digest('hex') };
}

function freshnessOf(
  record: RemoteRecord,
  at: { nowMs: number; freshMs: number; staleMs: number },
): Original['freshness'] {
  const stale = ageOf(record, at) !== 'fresh';
  const freshUntilMs = record.fetchedAtMs + at.freshMs;
  return { kind: 'remote', freshUntilMs: stale ? Math.min(freshUntilMs, at.nowMs) : freshUntilMs, stale };
}

/** The bytes of one version; where the cache has dropped them, the origin is asked for them again. */
async function openOriginal(work: {
  group: string;
  id: string;
  kept: KeptOriginals;
  loadAgain: () => Promise<RemoteRecord>;
}): Promise<LocalBlob> {
  const { group, id, kept, loadAgain } = work;
  const local = await kept.open(group, id);
  if (local !== undefined) return local;
  await loadAgain();
  const again = await kept.open(group, id);
  if (again !== undefined) return again;
  throw new ServiceError('origin_failed', 'the remote picture has just changed; ask again', {
    retryAfterSeconds: 1,
  });
}

/** Work that nobody waits for: one piece for each name at a time, ended on `close`. */
function createWorkBehind(log: Pick<Logger, 'warn'>) {
  const running = new Map<string, Promise<void>>();
  const closing = new AbortController();
  // One listener for each piece of work, of which there may be many.
  setMaxListeners(0, closing.signal);

  return {
    run(name: string, work: (signal: AbortSignal) => Promise<unknown>): void {
      if (running.has(name) || closing.signal.aborted) return;
      const run = async () => {
        try {
          await work(closing.signal);
        } catch (error) {
          if (!closing.signal.aborted) log.warn({ err: error }, 'a remote picture was not renewed');
        } finally {
          running.delete(name);
        }
      };
      running.set(name, run());
    },
    async close(): Promise<void> {
      closing.abort();
      await Promise.all(running.values());
    },
  };
}
