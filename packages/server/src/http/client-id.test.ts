import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createIdentifyClient } from './client-id.ts';

/** A request as it comes in from an address. */
function requestFrom(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

describe('createIdentifyClient', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    [undefined, '127.0.0.1'],
  ])('takes %s for %s', (address, id) => {
    expect(createIdentifyClient([])(requestFrom(address))).toBe(id);
  });

  it('believes no header without trusted proxies', () => {
    expect(createIdentifyClient([])(requestFrom('203.0.113.7', '198.51.100.1'))).toBe('203.0.113.7');
  });

  it.each([
    ['a visitor who says so himself', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['one proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['one proxy, over IPv4-mapped IPv6', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['one proxy, and what the visitor put before it', '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.0.0.1', '198.51.100.1, 10.2.3.4', '198.51.100.1'],
    ['a visitor by IPv6', '10.0.0.1', '2001:db8:1:2:3::4', '2001:db8:1:2::/64'],
    ['nobody', '10.0.0.1', undefined, '10.0.0.1'],
    ['what is no address', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['what is no address, through two proxies', '10.0.0.1', '198.51.100.1, unknown, 10.2.3.4', '10.2.3.4'],
    ['only proxies', '10.0.0.1', '10.9.9.9', '10.9.9.9'],
  ])('behind trusted proxies, tells %s', (_name, address, forwarded, id) => {
    expect(createIdentifyClient(['10.0.0.0/8'])(requestFrom(address, forwarded))).toBe(id);
  });

  it('reads several headers in their order, as Node joins them', async () => {
    const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const arrived = once(server, 'request');
    ask({ port, host: '127.0.0.1', headers: { 'X-Forwarded-For': ['1.1.1.1', '2.2.2.2'] } }).end();
    const [request] = await arrived;
    expect(createIdentifyClient(['127.0.0.1'])(request)).toBe('2.2.2.2');
    server.close();
  });
});
