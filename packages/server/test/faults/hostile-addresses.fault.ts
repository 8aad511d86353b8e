import { describe, expect } from 'vitest';
import { fault, times } from './support/fault.ts';
import { PUBLIC_ADDRESS, useHostileWorld, WORLD_NEEDS } from './support/hostile-world.ts';

const world = useHostileWorld();

const INSIDE = {
  'loopback, private, link-local, shared, multicast and reserved addresses': [
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '169.254.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
  ],
  'unspecified addresses': ['0', '0.0.0.0', '0.1.2.3', '[::]', '[0:0:0:0:0:0:0:0]'],
  'IPv6 addresses that are not global': [
    '[::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[100::1]',
    '[3fff::1]',
    '[5f00::1]',
    '[4000::1]',
  ],
  'IPv4 inside IPv6': [
    '[::ffff:7f00:1]',
    '[::ffff:127.0.0.1]',
    '[::7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b:1:7f00:0:100::]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::1]',
    '[2001:0:0:0:0:0:80ff:fffe]',
    '[2001:470:1f0a::5efe:7f00:1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
  ],
  'numbers in every notation': [
    '127.1',
    '127.0.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f.1',
    '2130706433',
    '0x7f000001',
    '017700000001',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '127.0.0.1.',
    '2852039166',
    '0xa9fea9fe',
  ],
  'names that lead inside': [
    'localhost',
    'localhost.',
    'LOCALHOST',
    'private.test',
    'metadata.test',
    'mixed.test',
  ],
} as const;

describe('addresses inside', () => {
  fault(
    { id: 'S1', injected: 'an address that is public, to see that the canary sees', needs: WORLD_NEEDS },
    async () => {
      await world.network().seen();
      const answer = await world.external(`http://${PUBLIC_ADDRESS}/picture.png`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png']);
      expect((await world.external('http://public.test/by-name.png')).status).toBe(200);
      expect((await world.external('http://[2606:2800:220:1:248:1893:25c8:1946]/v6.png')).status).toBe(200);
      expect((await world.network().seen()).reached).toEqual([
        PUBLIC_ADDRESS,
        PUBLIC_ADDRESS,
        '2606:2800:220:1:248:1893:25c8:1946',
      ]);
      return { times: 3, held: 'fetched; each connection is counted' };
    },
  );

  const answers = new Set<string>();
  for (const [injected, hosts] of Object.entries(INSIDE)) {
    fault(
      { id: injected.startsWith('IPv4 inside') ? 'S3' : 'S1', injected, needs: WORLD_NEEDS },
      async () => {
        for (const host of hosts) {
          const answer = await world.external(`http://${host}/a.png`);
          expect([host, answer.status, answer.code]).toEqual([host, 403, 'address_refused']);
          answers.add(answer.body);
        }
        expect((await world.network().seen()).reached).toEqual([]);
        // Nobody learns from the words what is there.
        expect(answers.size).toBe(1);
        return { times: hosts.length, held: 'the same 403 for all, and 0 connections' };
      },
    );
  }

  fault(
    {
      id: 'S5',
      injected: 'a name whose address is public and loopback in turns, with no lifetime',
      needs: WORLD_NEEDS,
    },
    async () => {
      const count = times({ short: 200, long: 5000 });
      const statuses = new Map<number, number>();
      for (let round = 0; round < count; round += 1) {
        const { status } = await world.external(`http://rebinding.test/${round}.png`);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      const { reached } = await world.network().seen();
      expect(new Set(reached)).toEqual(new Set([PUBLIC_ADDRESS]));
      expect([...statuses.keys()].sort()).toEqual([200, 403]);
      return {
        times: count,
        held: `${statuses.get(200)} fetched from the public address, ${statuses.get(403)} refused, 0 connections inside`,
      };
    },
  );
});

describe('redirects', () => {
  fault(
    { id: 'S7', injected: 'redirects to addresses inside, in every notation', needs: WORLD_NEEDS },
    async () => {
      const hosts = [
        '169.254.169.254',
        '127.0.0.1',
        '[::1]',
        '0',
        '2130706433',
        '[::ffff:10.0.0.1]',
        'private.test',
        'localhost',
      ];
      for (const host of hosts) {
        const answer = await world.external(
          `http://${PUBLIC_ADDRESS}/redirect?to=${encodeURIComponent(`http://${host}/a.png`)}`,
        );
        expect([host, answer.status, answer.code]).toEqual([host, 403, 'address_refused']);
      }
      expect(new Set((await world.network().seen()).reached)).toEqual(new Set([PUBLIC_ADDRESS]));
      return { times: hosts.length, held: '403, and 0 connections inside' };
    },
  );

  fault(
    { id: 'S7', injected: 'redirects to other schemes, with passwords, and to nowhere', needs: WORLD_NEEDS },
    async () => {
      const targets = [
        'file:///etc/passwd',
        'ftp://a/b',
        'gopher://a',
        'data:image/png,x',
        `http://a@${PUBLIC_ADDRESS}/`,
        'http://',
        '//',
        'javascript:1',
      ];
      for (const target of targets) {
        const answer = await world.external(
          `http://${PUBLIC_ADDRESS}/redirect?to=${encodeURIComponent(target)}`,
        );
        expect([target, [400, 403, 502].includes(answer.status)]).toEqual([target, true]);
        expect(answer.body).not.toContain('root:');
      }
      expect((await world.external(`http://${PUBLIC_ADDRESS}/no-location`)).status).toBe(502);
      return { times: targets.length + 1, held: 'refused' };
    },
  );

  fault({ id: 'S7', injected: 'a chain of 3, of 4, and one without end', needs: WORLD_NEEDS }, async () => {
    expect((await world.external(`http://${PUBLIC_ADDRESS}/chain?left=3`)).status).toBe(200);
    await world.network().seen();
    expect((await world.external(`http://${PUBLIC_ADDRESS}/chain?left=4`)).status).toBe(502);
    expect((await world.external(`http://${PUBLIC_ADDRESS}/chain?left=1000`)).status).toBe(502);
    expect((await world.network().seen()).reached.length).toBeLessThanOrEqual(8);
    return { times: 3, held: '3 are followed, the others are a 502 after the fourth' };
  });
});

describe('URLs', () => {
  fault({ id: 'S8', injected: 'other schemes, ports, names and passwords', needs: WORLD_NEEDS }, async () => {
    await world.network().seen();
    const urls = [
      'file:///etc/passwd',
      'ftp://example.com/x',
      'data:image/svg+xml,x',
      'gopher://x',
      'jar:http://a!/b',
      'javascript:1',
      `http://a@${PUBLIC_ADDRESS}/`,
      `http://a:b@${PUBLIC_ADDRESS}/`,
      `http://${PUBLIC_ADDRESS}:22/`,
      `http://${PUBLIC_ADDRESS}:6379/`,
      `http://${PUBLIC_ADDRESS}:0/`,
      '//example.com/a.png',
      '/etc/passwd',
      'http:',
      'http://',
      'http:///',
      '\\\\host\\share',
      'http://[::1',
      'http://a b/',
      `http://${'a'.repeat(5000)}/`,
    ];
    for (const url of urls) {
      const { status } = await world.external(url);
      expect([url, [400, 403, 414].includes(status)]).toEqual([url, true]);
    }
    expect((await world.network().seen()).reached).toEqual([]);
    return { times: urls.length, held: '400, 403 or 414, and 0 connections' };
  });

  fault({ id: 'S11', injected: 'a proxy in the environment', needs: WORLD_NEEDS }, async () => {
    const proxy = 'http://198.41.0.4:80';
    const env = {
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      HTTPS_PROXY: proxy,
      ALL_PROXY: proxy,
      NODE_USE_ENV_PROXY: '1',
    };
    const proxied = await world.network().startServer(env);
    await world.network().seen();
    const answer = await world.network().ask(`${proxied.url}/external?url=http://${PUBLIC_ADDRESS}/a.png`);
    expect(answer.status).toBe(200);
    const inside = await world.network().ask(`${proxied.url}/external?url=http://127.0.0.1/a.png`);
    expect(inside.status).toBe(403);
    expect((await world.network().seen()).reached).toEqual([PUBLIC_ADDRESS]);
    await proxied.stop();
    return { times: 2, held: 'not used: the address that was judged is the one that is connected to' };
  });
});
