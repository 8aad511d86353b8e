import { afterAll, beforeAll, describe, expect } from 'vitest';
import { photo, plain } from '../pictures.ts';
import type { ServerProcess } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { type HostileNetwork, startHostileNetwork } from './support/hostile-network.ts';
import { inMegabytes, peakRssBytes, resetPeak, rssBytes } from './support/memory.ts';
import { missingNeeds } from './support/needs.ts';

const NEEDS = ['root', 'network namespaces', 'mount namespaces'] as const;
const PUBLIC = '93.184.216.34';
const DEADLINE_MS = 3000;

let network: HostileNetwork | undefined;
let server: ServerProcess;

beforeAll(async () => {
  if (missingNeeds(NEEDS).length > 0) return;
  network = await startHostileNetwork(await plain(40, 30, [10, 90, 160]).png().toBuffer());
  server = await network.startServer({ EXTERNAL_DEADLINE_MS: String(DEADLINE_MS), RENDER_PROCESSES: '2' });
});
afterAll(async () => {
  if (network === undefined) return;
  await server.stop();
  await network.stop();
});

function world(): HostileNetwork {
  if (network === undefined) throw new Error('there is no hostile network');
  return network;
}

/** What the server answers for a remote picture, by its URL as it stands. */
async function external(url: string, operations = 'resize/9x') {
  const answer = await world().ask(
    `${server.url}/external?url=${encodeURIComponent(url)}&operations=${operations}`,
  );
  const code = /"code":"(\w+)"/.exec(answer.body)?.[1];
  return { ...answer, code };
}

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
    { id: 'S1', injected: 'an address that is public, to see that the canary sees', needs: NEEDS },
    async () => {
      await world().seen();
      const answer = await external(`http://${PUBLIC}/picture.png`);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png']);
      expect((await external('http://public.test/by-name.png')).status).toBe(200);
      expect((await external('http://[2606:2800:220:1:248:1893:25c8:1946]/v6.png')).status).toBe(200);
      expect((await world().seen()).reached).toEqual([PUBLIC, PUBLIC, '2606:2800:220:1:248:1893:25c8:1946']);
      return { times: 3, held: 'fetched; each connection is counted' };
    },
  );

  const answers = new Set<string>();
  for (const [injected, hosts] of Object.entries(INSIDE)) {
    fault({ id: injected.startsWith('IPv4 inside') ? 'S3' : 'S1', injected, needs: NEEDS }, async () => {
      for (const host of hosts) {
        const answer = await external(`http://${host}/a.png`);
        expect([host, answer.status, answer.code]).toEqual([host, 403, 'address_refused']);
        answers.add(answer.body);
      }
      expect((await world().seen()).reached).toEqual([]);
      // Nobody learns from the words what is there.
      expect(answers.size).toBe(1);
      return { times: hosts.length, held: 'the same 403 for all, and 0 connections' };
    });
  }

  fault(
    {
      id: 'S5',
      injected: 'a name whose address is public and loopback in turns, with no lifetime',
      needs: NEEDS,
    },
    async () => {
      const count = times({ short: 200, long: 5000 });
      const statuses = new Map<number, number>();
      for (let round = 0; round < count; round += 1) {
        const { status } = await external(`http://rebinding.test/${round}.png`);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      const { reached } = await world().seen();
      expect(new Set(reached)).toEqual(new Set([PUBLIC]));
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
    { id: 'S7', injected: 'redirects to addresses inside, in every notation', needs: NEEDS },
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
        const answer = await external(
          `http://${PUBLIC}/redirect?to=${encodeURIComponent(`http://${host}/a.png`)}`,
        );
        expect([host, answer.status, answer.code]).toEqual([host, 403, 'address_refused']);
      }
      expect(new Set((await world().seen()).reached)).toEqual(new Set([PUBLIC]));
      return { times: hosts.length, held: '403, and 0 connections inside' };
    },
  );

  fault(
    { id: 'S7', injected: 'redirects to other schemes, with passwords, and to nowhere', needs: NEEDS },
    async () => {
      const targets = [
        'file:///etc/passwd',
        'ftp://a/b',
        'gopher://a',
        'data:image/png,x',
        `http://a@${PUBLIC}/`,
        'http://',
        '//',
        'javascript:1',
      ];
      for (const target of targets) {
        const answer = await external(`http://${PUBLIC}/redirect?to=${encodeURIComponent(target)}`);
        expect([target, [400, 403, 502].includes(answer.status)]).toEqual([target, true]);
        expect(answer.body).not.toContain('root:');
      }
      expect((await external(`http://${PUBLIC}/no-location`)).status).toBe(502);
      return { times: targets.length + 1, held: 'refused' };
    },
  );

  fault({ id: 'S7', injected: 'a chain of 3, of 4, and one without end', needs: NEEDS }, async () => {
    expect((await external(`http://${PUBLIC}/chain?left=3`)).status).toBe(200);
    await world().seen();
    expect((await external(`http://${PUBLIC}/chain?left=4`)).status).toBe(502);
    expect((await external(`http://${PUBLIC}/chain?left=1000`)).status).toBe(502);
    expect((await world().seen()).reached.length).toBeLessThanOrEqual(8);
    return { times: 3, held: '3 are followed, the others are a 502 after the fourth' };
  });
});

describe('URLs', () => {
  fault({ id: 'S8', injected: 'other schemes, ports, names and passwords', needs: NEEDS }, async () => {
    await world().seen();
    const urls = [
      'file:///etc/passwd',
      'ftp://example.com/x',
      'data:image/svg+xml,x',
      'gopher://x',
      'jar:http://a!/b',
      'javascript:1',
      `http://a@${PUBLIC}/`,
      `http://a:b@${PUBLIC}/`,
      `http://${PUBLIC}:22/`,
      `http://${PUBLIC}:6379/`,
      `http://${PUBLIC}:0/`,
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
      const { status } = await external(url);
      expect([url, [400, 403, 414].includes(status)]).toEqual([url, true]);
    }
    expect((await world().seen()).reached).toEqual([]);
    return { times: urls.length, held: '400, 403 or 414, and 0 connections' };
  });

  fault({ id: 'S11', injected: 'a proxy in the environment', needs: NEEDS }, async () => {
    const proxy = 'http://198.41.0.4:80';
    const env = {
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      HTTPS_PROXY: proxy,
      ALL_PROXY: proxy,
      NODE_USE_ENV_PROXY: '1',
    };
    const proxied = await world().startServer(env);
    await world().seen();
    const answer = await world().ask(`${proxied.url}/external?url=http://${PUBLIC}/a.png`);
    expect(answer.status).toBe(200);
    const inside = await world().ask(`${proxied.url}/external?url=http://127.0.0.1/a.png`);
    expect(inside.status).toBe(403);
    expect((await world().seen()).reached).toEqual([PUBLIC]);
    await proxied.stop();
    return { times: 2, held: 'not used: the address that was judged is the one that is connected to' };
  });
});

describe('answers of origins', () => {
  const FAILURES: readonly (readonly [string, string, string, number])[] = [
    ['S12', 'a length of 10 GB', '/huge-length', 413],
    ['S13', 'a body compressed three times', '/gzip', 502],
    ['F25', 'fewer bytes than the length says', '/short', 502],
    ['F25', 'a connection that is reset in the middle', '/reset', 502],
    ['F25', 'a page of HTML that says it is a PNG', '/html', 415],
    ['F25', 'a 204', '/204', 502],
    ['F25', 'a 206 that nobody asked for', '/206', 502],
    ['F25', 'a 500 with a picture', '/500', 502],
  ];
  for (const [id, injected, path, status] of FAILURES) {
    fault({ id, injected, needs: NEEDS }, async () => {
      const first = await external(`http://${PUBLIC}${path}`);
      expect([first.status, first.headers['cache-control']]).toEqual([status, 'no-store']);
      const again = await external(`http://${PUBLIC}${path}`, 'resize/8x');
      expect(again.status).toBe(status);
      return {
        times: 2,
        held: `${status} \`${first.code}\` in ${Math.ceil(first.tookMs)} ms, nothing is cached`,
      };
    });
  }

  fault({ id: 'F25', injected: 'more bytes than the length says', needs: NEEDS }, async () => {
    const { status, code } = await external(`http://${PUBLIC}/long`);
    expect([415, 422, 502]).toContain(status);
    return { times: 1, held: `${status} \`${code}\`: what comes after the length is not looked at` };
  });

  fault({ id: 'S12', injected: 'a body of 1 GB without a length', needs: NEEDS }, async () => {
    resetPeak(server.pid);
    const before = rssBytes(server.pid);
    const { status } = await external(`http://${PUBLIC}/endless`);
    expect(status).toBe(413);
    const growth = Math.max(0, peakRssBytes(server.pid) - before);
    expect(growth).toBeLessThan(64 * 1024 ** 2);
    return { times: 1, held: `413, the server grew by ${inMegabytes(growth)}` };
  });

  fault({ id: 'S14', injected: 'a byte each second, and no byte at all', needs: NEEDS }, async () => {
    const { hash } = await uploadInside();
    const waiting = Promise.all(
      ['/drip', '/silent', '/drip?2', '/silent?2'].map((path) => external(`http://${PUBLIC}${path}`)),
    );
    const others: number[] = [];
    for (let width = 10; width < 30; width += 1) {
      const answer = await world().ask(`${server.url}/image/${hash}/resize/${width}x`);
      expect(answer.status).toBe(200);
      others.push(answer.tookMs);
    }
    for (const { status, tookMs } of await waiting) {
      expect(status).toBe(504);
      expect(tookMs).toBeLessThan(DEADLINE_MS + 1500);
    }
    expect(Math.max(...others)).toBeLessThan(DEADLINE_MS);
    return {
      times: 4,
      held: `504 when the deadline of ${DEADLINE_MS} ms has passed; renders of others meanwhile within ${Math.ceil(Math.max(...others))} ms`,
    };
  });

  fault({ id: 'F26', injected: 'a name server that does not answer', needs: NEEDS }, async () => {
    const waiting = Promise.all(
      Array.from({ length: 20 }, (_, index) => external(`http://${index}.dead.test/a.png`)),
    );
    const health = await Promise.all(Array.from({ length: 20 }, () => world().ask(`${server.url}/health`)));
    const slowest = Math.max(...health.map(({ tookMs }) => tookMs));
    expect(slowest).toBeLessThan(1000);
    for (const { status, tookMs } of await waiting) {
      expect([502, 503, 504]).toContain(status);
      expect(tookMs).toBeLessThan(5000);
    }
    return { times: 20, held: `502 within 5 s, and /health within ${Math.ceil(slowest)} ms meanwhile` };
  });

  fault({ id: 'S15', injected: 'headers that are an attack', needs: NEEDS }, async () => {
    for (const operations of ['resize/9x', '']) {
      const { status, headers } = await external(`http://${PUBLIC}/headers`, operations);
      expect([status, headers['content-type']]).toEqual([200, 'image/png']);
      for (const name of ['content-disposition', 'set-cookie', 'x-evil', 'link'])
        expect(headers[name]).toBeUndefined();
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
    return { times: 2, held: 'none of them reaches the client; the type is what the decoder saw' };
  });

  fault({ id: 'S16', injected: '100 requests at once with reset_cache=1', needs: NEEDS }, async () => {
    const url = `${server.url}/external?url=http://${PUBLIC}/reset-me.png&operations=resize/7x`;
    await world().ask(url);
    await world().seen();
    const answers = await Promise.all(Array.from({ length: 100 }, () => world().ask(`${url}&reset_cache=1`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { requests } = await world().seen();
    expect(requests.length).toBeLessThanOrEqual(3);
    return { times: 100, held: `the origin was asked ${requests.length} times` };
  });

  fault(
    {
      id: 'S17',
      injected: 'a look for differences between a closed port, no such name and a silent one',
      needs: NEEDS,
    },
    async () => {
      const closed = await external(`https://${PUBLIC}/a.png`);
      const unknown = await external('http://unknown.test/a.png');
      expect([closed.status, unknown.status]).toEqual([502, 502]);
      expect(closed.body).toBe(unknown.body);
      expect(closed.body).not.toContain(PUBLIC);
      return { times: 2, held: 'the same 502, without an address' };
    },
  );

  fault({ id: 'S18', injected: 'the server asked to ask itself, three deep', needs: NEEDS }, async () => {
    const looping = await world().startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8' });
    await world().seen();
    const nest = (url: string) => `${looping.url}/external?url=${encodeURIComponent(url)}`;
    const answer = await world().ask(nest(nest(nest(`http://${PUBLIC}/deep.png`))));
    expect(answer.status).toBe(502);
    expect((await world().seen()).reached).toEqual([]);
    expect(looping.log.filter(({ msg }) => msg === 'request').length).toBeLessThanOrEqual(2);
    await looping.stop();
    return { times: 1, held: 'one hop, then refused; the picture is not fetched' };
  });
});

async function uploadInside(): Promise<{ hash: string }> {
  const bytes = await photo(200, 150).jpeg().toBuffer();
  return await world().upload(server.url, bytes);
}
