import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Origin, startOrigin, startRawOrigin } from '../../test/origin.ts';
import { ServiceError } from '../errors.ts';
import type { Validators } from './ask-origin.ts';
import { createFetchRemote, FETCH_LIMITS, type FetchLimits, type RemoteAnswer } from './fetch-remote.ts';
import { isOwnFetch } from './own-fetch.ts';
import { parseRemoteUrl } from './remote-url.ts';

const PICTURE = randomBytes(70_000);
const certificate = readFileSync(new URL('fixtures/origin-certificate.pem', import.meta.url), 'utf8');
const key = readFileSync(new URL('fixtures/origin-key.pem', import.meta.url), 'utf8');

type FetchOptions = Partial<Omit<Parameters<typeof createFetchRemote>[0], 'limits'>> & {
  limits?: Partial<FetchLimits>;
};

let folder: string;
const origins: Origin[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-remote-'));
});

afterEach(async () => {
  await Promise.all(origins.splice(0).map((origin) => origin.close()));
  await rm(folder, { recursive: true });
});

async function origin(answer: RequestListener, tls?: { key: string; cert: string }): Promise<Origin> {
  const started = await startOrigin(answer, tls);
  origins.push(started);
  return started;
}

async function rawOrigin(answer: (socket: Socket) => void): Promise<Origin> {
  const started = await startRawOrigin(answer);
  origins.push(started);
  return started;
}

function fetchRemote(options: FetchOptions = {}) {
  return createFetchRemote({
    allowHosts: undefined,
    allowAddresses: ['127.0.0.0/8'],
    allowPorts: [80, 443],
    version: '1.2.3',
    resolveHost: async () => ['127.0.0.1'],
    ...options,
    limits: { ...FETCH_LIMITS, maxBytes: 1_000_000, ...options.limits },
  });
}

interface Asked {
  readonly answer: RemoteAnswer | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

let files = 0;

async function ask(
  url: string,
  options: FetchOptions & {
    validators?: Validators;
    signal?: AbortSignal;
    fetch?: ReturnType<typeof fetchRemote>;
  } = {},
): Promise<Asked & { path: string }> {
  const { validators, signal = new AbortController().signal, fetch = fetchRemote(options) } = options;
  files += 1;
  const path = join(folder, `picture-${files}`);
  try {
    const answer = await fetch({ url: parseRemoteUrl(url), path, validators, signal });
    return { answer, code: undefined, message: undefined, path };
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : String(error);
    return { answer: undefined, code, message: error instanceof Error ? error.message : '', path };
  }
}

const sendPicture: RequestListener = (_request, response) => response.end(PICTURE);

describe('createFetchRemote', () => {
  it('writes what the origin sends into the file and names it by its hash', async () => {
    const { url } = await origin(sendPicture);
    const { answer, path } = await ask(`${url}/a.png?x=1`);
    const sha256 = createHash('sha256').update(PICTURE).digest('hex');
    expect(answer).toEqual({ kind: 'fetched', bytes: PICTURE.length, sha256, validators: undefined });
    expect(await readFile(path)).toEqual(PICTURE);
  });

  it('asks for an uncompressed picture, says who asks, and sends nothing else', async () => {
    const { url, requests } = await origin(sendPicture);
    await ask(`${url}/a%20b.png?x=%2F`);
    expect(requests[0]?.url).toBe('/a%20b.png?x=%2F');
    const { host, via, connection, ...headers } = requests[0]?.headers ?? {};
    expect(isOwnFetch(via)).toBe(true);
    expect(headers).toEqual({
      accept: 'image/*, */*;q=0.1',
      'accept-encoding': 'identity',
      'user-agent': 'images-server/1.2.3',
    });
    expect(`http://${host}`).toBe(url);
    expect(connection).toBe('keep-alive');
  });

  it('ignores the proxies of the environment', async () => {
    const proxy = await origin(sendPicture);
    const { url } = await origin(sendPicture);
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : proxy.url;
    try {
      expect((await ask(url)).answer?.kind).toBe('fetched');
    } finally {
      for (const name of names) delete process.env[name];
    }
    expect(proxy.connections()).toBe(0);
  });
});

describe('createFetchRemote: addresses', () => {
  it('refuses every address that is not public, in every notation, before a socket opens and in the same words', async () => {
    const canary = await origin(sendPicture);
    const hosts = [
      '127.0.0.1',
      '127.1',
      '0177.0.0.1',
      '2130706433',
      '0x7f.1',
      '①②⑦.0.0.1',
      '127。0。0。1',
      '%31%32%37.0.0.1',
      '0',
      '0.0.0.0',
      '10.0.0.1',
      '169.254.169.254',
      '[::]',
      '[::1]',
      '[fe80::1]',
      '[::ffff:7f00:1]',
      '[::ffff:127.0.0.1]',
      '[::7f00:1]',
      '[::ffff:0:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1:7f00:0:100::]',
      '[2002:7f00:1::]',
      '[2001:0:0:0:0:0:80ff:fffe]',
    ];
    const fetch = fetchRemote({ allowAddresses: [] });
    for (const host of hosts) {
      const { code, message } = await ask(`http://${host}:${canary.port}/a.png`, { fetch });
      expect([host, code, message]).toEqual([
        host,
        'address_refused',
        'pictures of this address are not fetched',
      ]);
    }
    expect(canary.connections()).toBe(0);
  });

  it('refuses a name when any of its addresses is not public', async () => {
    const canary = await origin(sendPicture);
    const options = {
      allowAddresses: [],
      resolveHost: async () => ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '127.0.0.1'],
    };
    expect((await ask(`http://picture.test:${canary.port}/`, options)).code).toBe('address_refused');
    expect(canary.connections()).toBe(0);
  });

  it('asks for the addresses of a host once, and connects to what it was told then', async () => {
    const canary = await origin(sendPicture);
    let lookUps = 0;
    // As a rebinding name server does: public when it is checked, loopback the next time.
    const resolveHost = async () => {
      lookUps += 1;
      return lookUps % 2 === 1 ? ['192.0.2.1'] : ['127.0.0.1'];
    };
    const fetch = fetchRemote({ allowAddresses: ['192.0.2.1'], resolveHost, limits: { connectMs: 20 } });
    for (let round = 0; round < 20; round += 1) {
      const { answer } = await ask(`http://picture.test:${canary.port}/`, { fetch });
      expect(answer).toBeUndefined();
    }
    expect(lookUps).toBe(20);
    expect(canary.connections()).toBe(0);
  });

  it('tries the next address where one does not take the connection', async () => {
    const { port } = await origin(sendPicture);
    const resolveHost = async () => ['127.0.0.2', '127.0.0.1'];
    expect((await ask(`http://picture.test:${port}/`, { resolveHost })).answer?.kind).toBe('fetched');
  });

  it('takes the ports of the list, and any port of an exempt address', async () => {
    const { port, url } = await origin(sendPicture);
    expect((await ask(url)).answer?.kind).toBe('fetched');
    const { code, message } = await ask(`http://picture.test:${port}/`, {
      resolveHost: async () => ['93.184.215.14'],
    });
    expect([code, message]).toEqual(['bad_url', 'pictures are fetched from the ports 80, 443 only']);
    const mixed = { resolveHost: async () => ['127.0.0.1', '93.184.215.14'] };
    expect((await ask(`http://picture.test:${port}/`, mixed)).code).toBe('bad_url');
  });

  it('refuses hosts that are not on the list before it looks them up', async () => {
    let lookUps = 0;
    const resolveHost = async () => {
      lookUps += 1;
      return ['127.0.0.1'];
    };
    const options = { allowHosts: ['*.example.com'], resolveHost };
    expect((await ask('http://example.org/', options)).code).toBe('host_not_allowed');
    expect(lookUps).toBe(0);
    const { port } = await origin(sendPicture);
    expect((await ask(`http://img.example.com:${port}/`, options)).answer?.kind).toBe('fetched');
  });

  it.each([
    ['there is no such host', async () => Promise.reject(new Error('ENOTFOUND'))],
    ['it has no address', async () => []],
    ['its name server is silent', () => new Promise<string[]>(() => {})],
  ])('says the same of a host where %s as of one that refuses the connection', async (_, resolveHost) => {
    const closed = await origin(sendPicture);
    await closed.close();
    origins.pop();
    const refused = await ask(closed.url);
    const unknown = await ask('http://picture.test/', { resolveHost, limits: { connectMs: 20 } });
    expect([unknown.code, unknown.message]).toEqual([refused.code, refused.message]);
    expect(unknown.code).toBe('origin_failed');
    expect(unknown.message).not.toMatch(/127\.0|picture\.test/);
  });
});

describe('createFetchRemote: redirects', () => {
  it('follows three, relative ones too, with no header of an answer carried over', async () => {
    const { url, requests } = await origin((request, response) => {
      const step = Number(request.url?.slice(1));
      if (step === 3) return response.end(PICTURE);
      response.writeHead([301, 302, 307][step] ?? 308, {
        location: `/${step + 1}`,
        'set-cookie': 'a=b',
        etag: '"x"',
      });
      return response.end('elsewhere');
    });
    const { answer } = await ask(`${url}/0`, {
      validators: { url: `${url}/0`, etag: '"0"', lastModified: undefined },
    });
    expect(answer?.kind).toBe('fetched');
    expect(requests.map((request) => request.url)).toEqual(['/0', '/1', '/2', '/3']);
    expect(requests.map((request) => request.headers['if-none-match'])).toEqual([
      '"0"',
      undefined,
      undefined,
      undefined,
    ]);
    expect(requests.every((request) => request.headers.cookie === undefined)).toBe(true);
  });

  it('does not follow a fourth', async () => {
    const { url, requests } = await origin((_request, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    const { code, message } = await ask(url);
    expect([code, message]).toEqual(['origin_failed', 'the origin redirects more than 3 times']);
    expect(requests).toHaveLength(4);
  });

  it('checks each as it checks the first', async () => {
    const canary = await origin(sendPicture);
    const { port } = await origin((request, response) => {
      response.writeHead(302, { location: decodeURIComponent(request.url?.slice(1) ?? '') }).end();
    });
    const resolveHost = async (host: string) => (host === 'start.test' ? ['127.0.0.1'] : ['127.0.0.9']);
    const fetch = fetchRemote({
      allowHosts: ['start.test', 'inside.test', '127.0.0.9', '169.254.169.254'],
      allowAddresses: ['127.0.0.1'],
      resolveHost,
    });
    const follow = (to: string) => ask(`http://start.test:${port}/${encodeURIComponent(to)}`, { fetch });
    for (const host of ['127.0.0.9', 'inside.test', '169.254.169.254']) {
      expect([host, (await follow(`http://${host}:${canary.port}/`)).code]).toEqual([
        host,
        'address_refused',
      ]);
    }
    expect((await follow(`http://elsewhere.test:${canary.port}/`)).code).toBe('host_not_allowed');
    for (const to of [
      'file:///etc/passwd',
      'ftp://start.test/',
      `http://a:b@start.test:${port}/`,
      'http://[',
    ]) {
      expect([to, (await follow(to)).code]).toEqual([to, 'origin_failed']);
    }
    expect(canary.connections()).toBe(0);
  });

  it('does not go from https to http, but from http to https', async () => {
    const plain = await origin((request, response) => {
      response.writeHead(302, { location: decodeURIComponent(request.url?.slice(1) ?? '') }).end();
    });
    const secure = await origin(
      (request, response) => {
        if (request.url === '/') return response.end(PICTURE);
        return response.writeHead(302, { location: plain.url }).end();
      },
      { key, cert: certificate },
    );
    const options = { trustedCertificate: certificate };
    const down = await ask(`${secure.url}/down`, options);
    expect([down.code, down.message]).toEqual(['origin_failed', 'the origin redirects from https to http']);
    expect(plain.connections()).toBe(0);
    expect((await ask(`${plain.url}/${encodeURIComponent(`${secure.url}/`)}`, options)).answer?.kind).toBe(
      'fetched',
    );
  });

  it('needs to be told where to', async () => {
    const { url } = await origin((_request, response) => response.writeHead(302).end());
    expect((await ask(url)).code).toBe('origin_failed');
  });
});

describe('createFetchRemote: TLS', () => {
  it('takes a certificate that is trusted and names the host or the address', async () => {
    const { port } = await origin(sendPicture, { key, cert: certificate });
    const options = { trustedCertificate: certificate };
    expect((await ask(`https://picture.test:${port}/`, options)).answer?.kind).toBe('fetched');
    expect((await ask(`https://127.0.0.1:${port}/`, options)).answer?.kind).toBe('fetched');
  });

  it('takes neither one of another host nor one that nobody vouches for', async () => {
    const { port, requests } = await origin(sendPicture, { key, cert: certificate });
    const other = await ask(`https://other.test:${port}/`, { trustedCertificate: certificate });
    expect(other.code).toBe('origin_failed');
    expect((await ask(`https://picture.test:${port}/`)).code).toBe('origin_failed');
    expect(requests).toHaveLength(0);
  });

  it('gives up a handshake that does not end', async () => {
    const { port } = await rawOrigin(() => {});
    expect((await ask(`https://127.0.0.1:${port}/`, { limits: { connectMs: 50 } })).code).toBe(
      'origin_timeout',
    );
  });
});

describe('createFetchRemote: bodies', () => {
  const limits = { maxBytes: 100_000 };

  it('takes as many bytes as are allowed, and not one more, whatever is announced', async () => {
    const { url } = await origin((request, response) => {
      const [bytes = 0, announced] = (request.url ?? '').slice(1).split('/').map(Number);
      if (announced !== undefined) response.setHeader('content-length', announced);
      response.end(Buffer.alloc(bytes));
    });
    expect((await ask(`${url}/100000`, { limits })).answer).toMatchObject({ bytes: 100_000 });
    expect((await ask(`${url}/100001`, { limits })).code).toBe('too_many_bytes');
  });

  it('cuts an endless body at the limit', async () => {
    let sent = 0;
    const { url } = await origin((_request, response) => {
      const send = () => {
        while (sent < 1024 ** 3 && !response.destroyed) {
          sent += 64 * 1024;
          if (!response.write(Buffer.alloc(64 * 1024))) break;
        }
      };
      response.on('drain', send);
      send();
    });
    const { code, message, path } = await ask(url, { limits });
    expect([code, message]).toEqual([
      'too_many_bytes',
      'the remote picture has more than 100000 bytes, the most that is taken',
    ]);
    expect(sent).toBeLessThan(64 * 1024 ** 2);
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not wait for a body that is announced as too long', async () => {
    const { url } = await origin((_request, response) =>
      response.writeHead(200, { 'content-length': 100_001 }).flushHeaders(),
    );
    expect((await ask(url, { limits })).code).toBe('too_many_bytes');
  });

  it.each([
    ['cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
    ['cut within its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['of two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nhello'],
    [
      'of a length and chunked',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no HTTP', 'hello\r\n\r\n'],
    ['nothing', ''],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello',
    ],
    ['compressed', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'compressed, said twice',
      'HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nhello',
    ],
    [
      'behind too much of a head',
      `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}\r\nContent-Length: 5\r\n\r\nhello`,
    ],
  ])('takes no answer that is %s', async (_, text) => {
    const { url } = await rawOrigin((socket) => socket.once('data', () => socket.end(text)));
    const { code, path } = await ask(url);
    expect(code).toBe('origin_failed');
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([201, 204, 206, 300, 304, 401, 404, 410, 500, 503])(
    'takes no answer of status %d',
    async (status) => {
      const { url } = await origin((_request, response) => response.writeHead(status, { etag: '"x"' }).end());
      const { code, message } = await ask(url);
      expect([code, message]).toEqual(['origin_failed', `the origin answered ${status}`]);
    },
  );

  it('takes one that says that it is not compressed', async () => {
    const { url } = await origin((_request, response) =>
      response.setHeader('content-encoding', 'identity').end(PICTURE),
    );
    expect((await ask(url)).answer?.kind).toBe('fetched');
  });
});

describe('createFetchRemote: validators', () => {
  const send: RequestListener = (request, response) => {
    response.setHeader('etag', '"v1"').setHeader('last-modified', 'Mon, 24 Nov 2025 05:00:00 GMT');
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
    else response.end(PICTURE);
  };

  it('are handed out, and get "unchanged" when they are shown again', async () => {
    const { url } = await origin(send);
    const first = await ask(url);
    if (first.answer?.kind !== 'fetched' || first.answer.validators === undefined)
      throw new Error('not fetched');
    expect(first.answer.validators).toEqual({
      url: `${url}/`,
      etag: '"v1"',
      lastModified: 'Mon, 24 Nov 2025 05:00:00 GMT',
    });
    const second = await ask(url, { validators: first.answer.validators });
    expect(second.answer).toEqual({ kind: 'unchanged' });
    await expect(readFile(second.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are shown to the URL only that gave them', async () => {
    const { url, requests } = await origin(send);
    const validators = { url: 'http://127.0.0.1/', etag: '"v1"', lastModified: undefined };
    expect((await ask(url, { validators })).answer?.kind).toBe('fetched');
    expect(requests[0]?.headers['if-none-match']).toBeUndefined();
  });

  it('are not taken over where they could not be sent back', async () => {
    const { url } = await rawOrigin((socket) => {
      const head = `ETag: "é"\r\nLast-Modified: ${'x'.repeat(300)}`;
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}\r\nContent-Length: 1\r\n\r\nx`));
    });
    expect((await ask(url)).answer).toMatchObject({ kind: 'fetched', validators: undefined });
  });
});

describe('createFetchRemote: deadlines', () => {
  it('ends a fetch whose origin does not answer', async () => {
    const { url } = await origin(() => {});
    const { code, message } = await ask(url, { limits: { firstByteMs: 50 } });
    expect([code, message]).toEqual([
      'origin_timeout',
      'the origin is too slow: its answer took longer than 50 ms',
    ]);
  });

  it('ends a fetch whose origin drips, though each drop comes in time', async () => {
    const drip = (response: { write(text: string): unknown }) => setInterval(() => response.write('x'), 5);
    const { url } = await origin((_request, response) => {
      const timer = drip(response);
      response.on('close', () => clearInterval(timer));
    });
    const { code, message, path } = await ask(url, { limits: { totalMs: 100, firstByteMs: 50 } });
    expect([code, message]).toEqual([
      'origin_timeout',
      'the origin is too slow: all of it took longer than 100 ms',
    ]);
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends a fetch whose origin drips its head', async () => {
    const { url } = await rawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
      const timer = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(timer));
    });
    expect((await ask(url, { limits: { firstByteMs: 50 } })).code).toBe('origin_timeout');
  });

  it('counts all redirects together', async () => {
    const { url } = await origin((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 40);
    });
    expect((await ask(url, { limits: { totalMs: 100, firstByteMs: 80 } })).code).toBe('origin_timeout');
  });

  it('ends with the reason of the caller when he leaves, and closes the connection', async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const { url } = await origin((_request, response) => {
      closed = once(response, 'close');
      response.write('x');
      controller.abort(new ServiceError('client_gone', 'gone'));
    });
    expect((await ask(url, { signal: controller.signal })).code).toBe('client_gone');
    await closed;
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('createFetchRemote: how many at once', () => {
  it('fetches so many of one host at once, and so many in all', async () => {
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const { port } = await origin((_request, response) => {
      running += 1;
      most = Math.max(most, running);
      waiting.push(() => {
        running -= 1;
        response.end(PICTURE);
      });
      if (waiting.length >= 3) for (const answer of waiting.splice(0)) answer();
    });
    const fetch = fetchRemote({ limits: { maxFetches: 3, maxFetchesPerHost: 2 } });
    const hosts = ['a', 'a', 'a', 'a', 'b', 'b'];
    const asked = await Promise.all(hosts.map((host) => ask(`http://${host}.test:${port}/`, { fetch })));
    expect(asked.map(({ answer }) => answer?.kind)).toEqual(hosts.map(() => 'fetched'));
    expect(most).toBe(3);
  });

  it('lets nobody wait for longer than that', async () => {
    const { port } = await origin((request, response) => {
      if (request.headers.host?.startsWith('b')) response.end(PICTURE);
    });
    const fetch = fetchRemote({ limits: { maxFetchesPerHost: 1, maxWaitMs: 20 } });
    const controller = new AbortController();
    const first = ask(`http://a.test:${port}/`, { fetch, signal: controller.signal });
    expect((await ask(`http://a.test:${port}/`, { fetch })).code).toBe('queue_full');
    expect((await ask(`http://b.test:${port}/`, { fetch })).answer?.kind).toBe('fetched');
    controller.abort(new ServiceError('client_gone', 'gone'));
    expect((await first).code).toBe('client_gone');
  });

  it('forgets a waiter that leaves', async () => {
    const { url } = await origin(() => {});
    const fetch = fetchRemote({ limits: { maxFetches: 1 } });
    const [runs, waits] = [new AbortController(), new AbortController()];
    const first = ask(url, { fetch, signal: runs.signal });
    const second = ask(url, { fetch, signal: waits.signal });
    waits.abort(new ServiceError('client_gone', 'gone'));
    expect((await second).code).toBe('client_gone');
    runs.abort(new ServiceError('client_gone', 'gone'));
    await first;
  });
});
