import { ServiceError } from '../errors.ts';

/** Longest URL of a remote picture, in characters. */
export const MAX_REMOTE_URL_LENGTH = 4096;

/**
 * Parses the URL of a remote picture. The `href` of what it returns is the picture's identity: one spelling of scheme,
 * host, port and path, without a fragment. Rejects with `bad_url` what is too long, no `http:` or `https:` URL, or
 * carries a user name or password (`http://good@evil`).
 */
export function parseRemoteUrl(text: string, base?: URL): URL {
  if (text.length > MAX_REMOTE_URL_LENGTH) {
    throw badUrl(`the URL has more than ${MAX_REMOTE_URL_LENGTH} characters`);
  }
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url === undefined) throw badUrl('expected an absolute http or https URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw badUrl('only http and https URLs can be fetched');
  if (url.username !== '' || url.password !== '')
    throw badUrl('the URL must not hold a user name or password');
  url.hash = '';
  return url;
}

/** The port that the URL names, or that of its scheme. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** The URL's host without the brackets of an IPv6 address and without the dot that may end a name. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** Says whether a host, as `hostOf` gives it, may be fetched from. */
export type HostFilter = (host: string) => boolean;

/**
 * Creates the filter of an allow-list: `example.com` is that host alone, `*.example.com` every host below it at any
 * depth but not itself; an address stands for itself. Compared label by label, never as text, so that neither
 * `evil-example.com` nor `example.com.evil.org` passes. Without a list every host does.
 */
export function createHostFilter(patterns: readonly string[] | undefined): HostFilter {
  if (patterns === undefined) return () => true;
  const rules = patterns.map(parsePattern);
  return (host) => {
    const labels = host.split('.');
    return rules.some((rule) => {
      const suffix = labels.slice(-rule.labels.length);
      const isBelow = labels.length > rule.labels.length;
      return isBelow === rule.below && suffix.join('.') === rule.labels.join('.');
    });
  };
}

function parsePattern(pattern: string): { readonly below: boolean; readonly labels: readonly string[] } {
  const below = pattern.startsWith('*.');
  const host = below ? pattern.slice(2) : pattern;
  // As `URL` writes it: addresses have several spellings, and names may be written in any script.
  const spelled = new URL(`http://${host.includes(':') ? `[${host}]` : host}`);
  return { below, labels: hostOf(spelled).split('.') };
}

function badUrl(message: string): ServiceError {
  return new ServiceError('bad_url', message);
}
