import { rm } from 'node:fs/promises';
import { ServiceError } from '../errors.ts';
import { askOrigin, type OriginAnswer, type Validators } from './ask-origin.ts';
import { startFetchClock } from './fetch-clock.ts';
import { createFetchSlots } from './fetch-slots.ts';
import { originFailed, UNREACHABLE } from './origin-failed.ts';
import { createAddressGuard } from './public-address.ts';
import { createHostFilter, hostOf, parseRemoteUrl } from './remote-url.ts';
import { createResolveHost, type ResolveHost } from './resolve-host.ts';
import { createVetOrigin } from './vet-origin.ts';

export interface RemoteRequest {
  /** As `parseRemoteUrl` gives it. */
  readonly url: URL;
  /** Where the bytes go; nothing is left there unless they were `fetched`. */
  readonly path: string;
  /** Those of the version at hand, where there is one: then the answer may be `unchanged`. */
  readonly validators?: Validators | undefined;
  readonly signal: AbortSignal;
}

export type RemoteAnswer = Exclude<OriginAnswer, { kind: 'redirect' }>;

/**
 * Fetches a remote picture into a file. Rejects with `address_refused`, `host_not_allowed` or `bad_url` (a port that is
 * not allowed) before any socket opens; with `origin_failed`, `origin_timeout` or `too_many_bytes`; with `queue_full`
 * where too many fetches run; with `disk_full` or `storage_failed`; or with the signal's reason.
 */
export type FetchRemote = (request: RemoteRequest) => Promise<RemoteAnswer>;

export interface FetchLimits {
  /** Finding the addresses of a host, and again connecting to it; for each redirect. */
  readonly connectMs: number;
  /** From the request to the head of the answer; for each redirect. */
  readonly firstByteMs: number;
  /** All of it, redirects and body included, but not the wait for a slot. */
  readonly totalMs: number;
  readonly maxBytes: number;
  /** Fetches at once. */
  readonly maxFetches: number;
  /** By the host in the URL that was asked for; hosts that it redirects to do not count. */
  readonly maxFetchesPerHost: number;
  /** The longest wait for a slot. */
  readonly maxWaitMs: number;
}

/** Limits that suit most: an origin that is slower than this is not one to make visitors wait for. */
export const FETCH_LIMITS = {
  connectMs: 3_000,
  firstByteMs: 5_000,
  totalMs: 10_000,
  maxFetches: 32,
  maxFetchesPerHost: 4,
  maxWaitMs: 5_000,
} as const satisfies Omit<FetchLimits, 'maxBytes'>;

const MAX_REDIRECTS = 3;

/** Creates the only way out of this server: every URL and every redirect passes the same checks. */
export function createFetchRemote(dependencies: {
  /** Host patterns, see `createHostFilter`; undefined for any host. */
  allowHosts: readonly string[] | undefined;
  /** Address ranges that are exempt from the guard, see `createAddressGuard`. */
  allowAddresses: readonly string[];
  allowPorts: readonly number[];
  limits: FetchLimits;
  /** Goes into `User-Agent`. */
  version: string;
  resolveHost?: ResolveHost;
  /** In PEM; trusted instead of the authorities that Node knows. */
  trustedCertificate?: string;
}): FetchRemote {
  const { allowHosts, allowAddresses, allowPorts, limits, version, trustedCertificate } = dependencies;
  const { resolveHost = createResolveHost() } = dependencies;
  const guard = createAddressGuard(allowAddresses);
  const allowsHost = createHostFilter(allowHosts);
  const vetOrigin = createVetOrigin({
    guard,
    allowsHost,
    allowPorts,
    resolveHost,
    resolveMs: limits.connectMs,
  });
  const slots = createFetchSlots({
    max: limits.maxFetches,
    maxPerHost: limits.maxFetchesPerHost,
    maxWaitMs: limits.maxWaitMs,
  });

  return async function fetchRemote(request) {
    const release = await slots.acquire(hostOf(request.url), request.signal);
    const clock = startFetchClock(limits.totalMs, request.signal);
    try {
      return await followRedirects(request, ask);
    } catch (error) {
      await rm(request.path, { force: true });
      if (clock.signal.aborted) throw clock.signal.reason;
      throw error instanceof ServiceError ? error : originFailed(UNREACHABLE, error);
    } finally {
      clock.stop();
      release();
    }

    async function ask(url: URL): Promise<OriginAnswer> {
      const addresses = await vetOrigin(url, clock);
      const { path, validators } = request;
      return askOrigin(
        { url, addresses, path, validators, clock },
        { allowsAddress: guard.allows, limits, version, trustedCertificate },
      );
    }
  };
}

async function followRedirects(
  request: RemoteRequest,
  ask: (url: URL) => Promise<OriginAnswer>,
): Promise<RemoteAnswer> {
  let url = request.url;
  let answer = await ask(url);
  for (let redirects = 1; answer.kind === 'redirect'; redirects += 1) {
    if (redirects > MAX_REDIRECTS)
      throw originFailed(`the origin redirects more than ${MAX_REDIRECTS} times`);
    url = redirectTarget(url, answer.location);
    answer = await ask(url).catch(blameOrigin);
  }
  return answer;
}

function redirectTarget(from: URL, location: string): URL {
  const to = parseRedirect(location, from);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw originFailed('the origin redirects from https to http');
  }
  return to;
}

function parseRedirect(location: string, from: URL): URL {
  try {
    return parseRemoteUrl(location, from);
  } catch (error) {
    return blameOrigin(error);
  }
}

/** A URL that is not fetched is the client's mistake where the client wrote it, and the origin's where it redirects there. */
function blameOrigin(error: unknown): never {
  const isBadUrl = error instanceof ServiceError && error.code === 'bad_url';
  throw isBadUrl ? originFailed('the origin redirects to a URL that is not fetched', error) : error;
}
