import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** All addresses of a host name, IPv4 first; rejects where there is none or the signal aborts. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

const DNS_TRY_MS = 1_000;
const DNS_TRIES = 2;

/**
 * Creates the resolver: first the hosts file, then DNS, where names are asked as written (no search domains).
 * `dnsServers` are `address:port`, by default those that the system is configured with.
 */
export function createResolveHost(
  options: { hostsFile?: string; dnsServers?: readonly string[] } = {},
): ResolveHost {
  const { hostsFile = '/etc/hosts', dnsServers } = options;
  return async function resolveHost(host, signal) {
    const listed = addressesInHostsFile(await readHostsFile(hostsFile), host);
    return listed.length > 0 ? listed : resolveByDns(host, dnsServers, signal);
  };
}

/**
 * By c-ares, not by `dns.lookup`: that takes a thread of libuv's pool for as long as the resolver is silent, and four
 * such lookups stop every file access of the process. One resolver for each host, for `cancel` ends all that it does.
 */
async function resolveByDns(
  host: string,
  dnsServers: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: DNS_TRY_MS, tries: DNS_TRIES });
  if (dnsServers !== undefined) resolver.setServers(dnsServers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    signal.throwIfAborted();
    const addresses = [ipv4, ipv6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length === 0 && ipv4.status === 'rejected') throw ipv4.reason;
    return addresses;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function readHostsFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Many systems have none, or one for somebody else's eyes: DNS has the answer then.
    return '';
  }
}

function addressesInHostsFile(text: string, host: string): readonly string[] {
  const name = host.toLowerCase();
  return text
    .split('\n')
    .map((line) => (line.split('#')[0] ?? '').trim().split(/\s+/))
    .filter(
      ([address = '', ...names]) =>
        isIP(address) !== 0 && names.some((listed) => listed.toLowerCase() === name),
    )
    .map(([address = '']) => address)
    .sort((one, other) => isIP(one) - isIP(other));
}
