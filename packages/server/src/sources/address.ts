import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IPv4 or IPv6 address; never an IPv4 one in the guise of IPv6. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** All addresses that begin with the same bits. */
export type AddressRange = readonly [network: Address, prefixBits: number];

/**
 * An address in the notation that resolvers and sockets use; undefined for anything else. An IPv4-mapped one becomes the
 * IPv4 address that the operating system would connect to.
 */
export function parseAddress(text: string): Address | undefined {
  // `isIP` first: ipaddr.js reads octal, hexadecimal and short forms too, over which parsers disagree. A zone
  // (`fe80::1%eth0`) names an interface of this machine.
  const family = text.includes('%') ? 0 : isIP(text);
  if (family === 0) return undefined;
  // `URL` writes IPv6 without dotted parts: ipaddr.js takes `::a.b.c.d` for `::ffff:a.b.c.d`.
  return ipaddr.process(family === 4 ? text : new URL(`http://[${text}]`).hostname.slice(1, -1));
}

/** Reads `address` or `address/bits`, bits of the host ignored. Throws a plain Error where it is not of that form. */
export function parseAddressRange(text: string): AddressRange {
  const [address = '', bits] = text.split('/');
  const network = parseAddress(address);
  if (network === undefined) throw new Error(`not an address range: ${text}`);
  const width = network.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [network, width];
  // The network of an IPv4-mapped range is an IPv4 one here, so its prefix is shorter by what is gone.
  const prefixBits = Number(bits) - (isIP(address) === 6 && width === 32 ? 96 : 0);
  if (!Number.isInteger(prefixBits) || prefixBits < 0 || prefixBits > width) {
    throw new Error(`not an address range: ${text}`);
  }
  return [network, prefixBits];
}

/** Whether an address lies in one of the ranges. */
export function isWithinAny(address: Address, ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => isWithin(address, range));
}

/** Whether an address lies in the range. */
export function isWithin(address: Address, [network, prefixBits]: AddressRange): boolean {
  return address.kind() === network.kind() && address.match(network, prefixBits);
}
