import { isIP } from 'node:net';
import { ServiceError } from '../errors.ts';
import type { FetchClock } from './fetch-clock.ts';
import { originFailed, UNREACHABLE } from './origin-failed.ts';
import type { AddressGuard } from './public-address.ts';
import { type HostFilter, hostOf, portOf } from './remote-url.ts';
import type { ResolveHost } from './resolve-host.ts';

/**
 * Finds the addresses of a URL's host, once, and refuses it unless all of them may be connected to: one bad answer
 * among good ones is what a rebinding name server sends. Rejects with `host_not_allowed`, `address_refused`,
 * `bad_url` (a port that is not allowed) or `origin_failed` (no such host, or no answer within `resolveMs`).
 */
export type VetOrigin = (url: URL, clock: FetchClock) => Promise<readonly string[]>;

/** Creates the check. Ports other than `allowPorts` are free where every address of the host is exempt from the guard. */
export function createVetOrigin(dependencies: {
  guard: AddressGuard;
  allowsHost: HostFilter;
  allowPorts: readonly number[];
  resolveHost: ResolveHost;
  resolveMs: number;
}): VetOrigin {
  const { guard, allowsHost, allowPorts, resolveHost, resolveMs } = dependencies;

  return async function vetOrigin(url, clock) {
    const host = hostOf(url);
    if (!allowsHost(host))
      throw new ServiceError('host_not_allowed', 'pictures of this host are not fetched');
    // Sockets never ask a resolver about a literal address, so it is judged here like a resolver's answer.
    const addresses = isIP(host) === 0 ? await resolve(host, clock) : [host];
    if (!addresses.every(guard.allows)) {
      // One text for every reason, without the address: it must not tell what lies behind the server.
      throw new ServiceError('address_refused', 'pictures of this address are not fetched');
    }
    if (!allowPorts.includes(portOf(url)) && !addresses.every(guard.isExempt)) {
      throw new ServiceError('bad_url', `pictures are fetched from the ports ${allowPorts.join(', ')} only`);
    }
    return addresses;
  };

  async function resolve(host: string, clock: FetchClock): Promise<readonly string[]> {
    clock.beginPhase(resolveMs, originFailed(UNREACHABLE));
    const addresses = await untilAborted(resolveHost(host, clock.signal), clock.signal);
    clock.endPhase();
    if (addresses.length === 0) throw originFailed(UNREACHABLE);
    return addresses;
  }
}

/** What is awaited, or the signal's reason: a resolver need not be quick to notice. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.finally(() => signal.removeEventListener('abort', giveUp)).then(resolve, reject);
  });
}
