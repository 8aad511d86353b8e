import type { IncomingMessage } from 'node:http';
import { type AddressRange, isWithinAny, parseAddress, parseAddressRange } from '../sources/address.ts';

/**
 * Who sends a request, for sharing the server evenly: an IPv4 address, or the /64 of an IPv6 one, which is what one
 * subscriber has at least.
 */
export type IdentifyClient = (request: IncomingMessage) => string;

/**
 * Creates it. What `X-Forwarded-For` says counts only as far as it comes from `trustedProxies` (`address` or
 * `address/bits`): the last address in it that is not one of theirs. Anybody can send what stands before that.
 */
export function createIdentifyClient(trustedProxies: readonly string[]): IdentifyClient {
  const trusted = trustedProxies.map(parseAddressRange);

  return function identifyClient({ headers, socket }) {
    // A socket file has no addresses: whoever reaches it is on this machine.
    const remote = socket.remoteAddress ?? '127.0.0.1';
    const forwarded = trusted.length === 0 ? undefined : headers['x-forwarded-for'];
    return networkOf(forwarded === undefined ? remote : originOf([...hopsOf(forwarded), remote], trusted));
  };
}

function hopsOf(forwarded: string | string[]): string[] {
  return forwarded
    .toString()
    .split(',')
    .map((hop) => hop.trim());
}

/** From the nearest on: the first hop that is no proxy of ours, or, before what is no address, the last that is one. */
function originOf(hops: readonly string[], trusted: readonly AddressRange[]): string {
  let origin = '';
  for (const hop of hops.toReversed()) {
    const address = parseAddress(hop);
    if (address === undefined) return origin;
    origin = hop;
    if (!isWithinAny(address, trusted)) return origin;
  }
  return origin;
}

const NETWORK_GROUPS = 4;

function networkOf(text: string): string {
  // Nothing to parse for most.
  if (!text.includes(':')) return text;
  const address = parseAddress(text);
  if (address === undefined || !('parts' in address)) return address?.toString() ?? text;
  return `${address.parts
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** On the request itself: a WeakMap of this many costs the collector more than all else that is done for a hit. */
const CLIENT_ID = Symbol('client id');

interface Identified {
  [CLIENT_ID]?: string;
}

/** Remembers who sends a request, for `clientIdOf`. */
export function noteClientId(request: IncomingMessage, clientId: string): void {
  (request as Identified)[CLIENT_ID] = clientId;
}

/** Who sends a request, as it was noted when it came. */
export function clientIdOf(request: IncomingMessage): string | undefined {
  return (request as Identified)[CLIENT_ID];
}
