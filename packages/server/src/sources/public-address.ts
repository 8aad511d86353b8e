import ipaddr from 'ipaddr.js';
import {
  type Address,
  type AddressRange,
  isWithin,
  isWithinAny,
  parseAddress,
  parseAddressRange,
} from './address.ts';

/** Decides which addresses the server may connect to on behalf of a client. */
export interface AddressGuard {
  /** True for addresses that are globally routable or lie in an exempt range. Anything that is no IP address is refused. */
  allows(address: string): boolean;
  /** True where the operator has named a range that the address lies in. */
  isExempt(address: string): boolean;
}

/**
 * Creates the guard: everything but global unicast is refused, save the ranges that the operator names, as `address`
 * or `address/bits`, bits of the host ignored. Throws a plain Error where one is not of that form.
 */
export function createAddressGuard(exemptRanges: readonly string[]): AddressGuard {
  const exemptions = exemptRanges.map(parseAddressRange);
  function isExempt(text: string): boolean {
    const address = parseAddress(text);
    return address !== undefined && isWithinAny(address, exemptions);
  }
  return {
    allows: (address) => isPublicAddress(address) || isExempt(address),
    isExempt,
  };
}

/**
 * Whether an IP address, in the notation that resolvers and sockets use, is globally routable unicast. An IPv6 address
 * that carries an IPv4 one (mapped, compatible, SIIT, NAT64, 6to4, Teredo, ISATAP) is judged by that, for it may end up
 * there. What is not known to be public is not.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  return address.kind() === 'ipv4' ? isPublicIpv4(address) : isPublicIpv6(address);
}

/** IANA IPv4 Special-Purpose Address Registry, multicast, and the platform addresses that only look public. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT, and a metadata service within it
  '127.0.0.0/8', // loopback
  '168.63.129.16', // Azure's platform endpoint, the same on every virtual machine
  '169.254.0.0/16', // link-local, and most metadata services
  '172.16.0.0/12', // private
  '192.0.0.0/24', // IETF protocol assignments, and Oracle's metadata service
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
].map(parseAddressRange);

function isPublicIpv4(address: Address): boolean {
  return !isWithinAny(address, SPECIAL_IPV4);
}

/** The part of the IPv6 space that is handed out (IANA IPv6 Address Space). */
const GLOBAL_UNICAST = parseAddressRange('2000::/3');

/** IANA IPv6 Special-Purpose Address Registry, within 2000::/3. */
const SPECIAL_IPV6 = [
  '2001::/23', // IETF protocol assignments: benchmarks, ORCHID, anycast services
  '2001:db8::/32', // documentation
  '3fff::/20', // documentation
].map(parseAddressRange);

/** Prefixes that stand for IPv4 addresses, and where in the 16 bytes those lie. */
const WRAPPINGS: readonly {
  readonly range: AddressRange;
  readonly unwrap: (bytes: number[]) => Address[];
}[] = [
  // IPv4-compatible (RFC 4291 2.5.5.1). `::` and `::1` are 0.0.0.0 and 0.0.0.1 here, and refused.
  { range: parseAddressRange('::/96'), unwrap: (bytes) => [ipv4(bytes.slice(12))] },
  // IPv4-translated, `::ffff:0:a.b.c.d` (RFC 2765 2.1)
  { range: parseAddressRange('::ffff:0:0:0/96'), unwrap: (bytes) => [ipv4(bytes.slice(12))] },
  // NAT64's well-known prefix (RFC 6052 2.1), and its local one
  { range: parseAddressRange('64:ff9b::/96'), unwrap: (bytes) => [ipv4(bytes.slice(12))] },
  { range: parseAddressRange('64:ff9b:1::/48'), unwrap: unwrapLocalNat64 },
  // 6to4 (RFC 3056 2)
  { range: parseAddressRange('2002::/16'), unwrap: (bytes) => [ipv4(bytes.slice(2, 6))] },
  // Teredo: the server's address, and the client's with its bits inverted (RFC 4380 4)
  {
    range: parseAddressRange('2001::/32'),
    unwrap: (bytes) => [ipv4(bytes.slice(4, 8)), ipv4(inverted(bytes.slice(12)))],
  },
];

function isPublicIpv6(address: Address): boolean {
  const bytes = address.toByteArray();
  if (isIsatap(bytes) && !isPublicIpv4(ipv4(bytes.slice(12)))) return false;
  const wrapping = WRAPPINGS.find(({ range }) => isWithin(address, range));
  if (wrapping !== undefined) {
    const carried = wrapping.unwrap(bytes);
    return carried.length > 0 && carried.every(isPublicIpv4);
  }
  return isWithin(address, GLOBAL_UNICAST) && !isWithinAny(address, SPECIAL_IPV6);
}

/**
 * NAT64's local-use prefix (RFC 8215): 4 bytes around the reserved ninth one (RFC 6052 2.2, /48). An address with
 * anything in the rest follows a scheme that only its network knows, so nothing public is seen in it.
 */
function unwrapLocalNat64(bytes: number[]): Address[] {
  const unused = [bytes[8], ...bytes.slice(11)];
  return unused.every((byte) => byte === 0) ? [ipv4([...bytes.slice(6, 8), ...bytes.slice(9, 11)])] : [];
}

/** An interface identifier of `0:5efe` or `200:5efe` and an IPv4 address, in any prefix (RFC 5214 6.1). */
function isIsatap(bytes: number[]): boolean {
  const [first, ...rest] = bytes.slice(8, 12);
  return (first === 0 || first === 2) && rest.join() === '0,94,254';
}

function ipv4(bytes: number[]): Address {
  return new ipaddr.IPv4(bytes);
}

function inverted(bytes: number[]): number[] {
  return bytes.map((byte) => byte ^ 0xff);
}
