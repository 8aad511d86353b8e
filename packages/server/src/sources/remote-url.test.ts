import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import { createHostFilter, hostOf, MAX_REMOTE_URL_LENGTH, parseRemoteUrl, portOf } from './remote-url.ts';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof ServiceError ? error.code : String(error);
  }
  return undefined;
}

describe('parseRemoteUrl', () => {
  it('gives one spelling for one picture, without the fragment', () => {
    expect(parseRemoteUrl('HTTP://Example.COM:80/a/../b.png?x=1#top').href).toBe(
      'http://example.com/b.png?x=1',
    );
    expect(parseRemoteUrl('https://example.com:443').href).toBe('https://example.com/');
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/a.png',
    'data:image/png;base64,AAAA',
    'gopher://example.com/',
    'javascript:alert(1)',
    'blob:http://example.com/x',
    '/a.png',
    'example.com/a.png',
    'http://',
    'http://exa mple.com/',
    'http://[::1/',
    'http://a@example.com/',
    'http://:b@example.com/',
    'http://good.example:80@evil.example/',
    '',
    `http://example.com/${'a'.repeat(MAX_REMOTE_URL_LENGTH)}`,
  ])('refuses %.60s', (text) => {
    expect(codeOf(() => parseRemoteUrl(text))).toBe('bad_url');
  });

  it.each([
    '127.1',
    '0177.0.0.1',
    '2130706433',
    '0x7f.1',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '127.0.0.1.',
  ])('sees the address in http://%s/', (host) => {
    expect(hostOf(parseRemoteUrl(`http://${host}/`)).replace(/\.$/, '')).toBe('127.0.0.1');
  });

  it('reads a relative reference against a base', () => {
    expect(parseRemoteUrl('../c.png', new URL('https://example.com/a/b/')).href).toBe(
      'https://example.com/a/c.png',
    );
  });
});

describe('hostOf', () => {
  it('drops brackets and the dot at the end', () => {
    expect(hostOf(new URL('http://[2001:DB8::1]:81/'))).toBe('2001:db8::1');
    expect(hostOf(new URL('http://localhost./'))).toBe('localhost');
  });
});

describe('portOf', () => {
  it('knows the ports of the schemes', () => {
    const ports = ['http://a/', 'https://a/', 'http://a:443/', 'https://a:8443/'].map((url) =>
      portOf(new URL(url)),
    );
    expect(ports).toEqual([80, 443, 443, 8443]);
  });
});

describe('createHostFilter', () => {
  const allows = createHostFilter([
    'example.com',
    '*.img.example.org',
    '192.0.2.1',
    '2001:DB8:0::1',
    'bücher.example',
  ]);

  it.each([
    'example.com',
    'a.img.example.org',
    'a.b.img.example.org',
    '192.0.2.1',
    '2001:db8::1',
    'xn--bcher-kva.example',
  ])('takes %s', (host) => {
    expect(allows(host)).toBe(true);
  });

  it.each([
    'www.example.com',
    'evil-example.com',
    'example.com.evil.org',
    'example.co',
    'com',
    '',
    'img.example.org',
    'evilimg.example.org',
    'a.img.example.org.evil.net',
    '192.0.2.10',
    '1.192.0.2.1',
    '2001:db8::2',
  ])('refuses "%s"', (host) => {
    expect(allows(host)).toBe(false);
  });

  it('takes every host without a list, and none with an empty one', () => {
    expect(createHostFilter(undefined)('example.com')).toBe(true);
    expect(createHostFilter([])('example.com')).toBe(false);
  });
});
