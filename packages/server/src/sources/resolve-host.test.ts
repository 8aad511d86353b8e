import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createResolveHost } from './resolve-host.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolve-host-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const TYPES = { A: 1, AAAA: 28 } as const;

interface Records {
  readonly A?: readonly number[][];
  readonly AAAA?: readonly number[][];
}

/** A name server that knows one set of records for every name, or says nothing at all. */
async function startNameServer(records: Records | 'silent') {
  let questions = 0;
  const socket = createSocket('udp4', (question: Buffer, from: RemoteInfo) => {
    questions += 1;
    if (records !== 'silent') socket.send(answerTo(question, records), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  return { address: `127.0.0.1:${socket.address().port}`, questions: () => questions };
}

/** RFC 1035 4.1: the question comes back, and each answer points to its name. */
function answerTo(question: Buffer, records: Records): Buffer {
  const nameEnd = question.indexOf(0, 12);
  const type = question.readUInt16BE(nameEnd + 1);
  const found = type === TYPES.A ? records.A : type === TYPES.AAAA ? records.AAAA : undefined;
  const answers = (found ?? []).map((bytes) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]),
  );
  const head = Buffer.from(question.subarray(0, nameEnd + 5));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...answers]);
}

async function resolver(options: { hosts?: string; records: Records | 'silent' }) {
  const hostsFile = join(folder, 'hosts');
  if (options.hosts !== undefined) await writeFile(hostsFile, options.hosts);
  const nameServer = await startNameServer(options.records);
  const resolveHost = createResolveHost({ hostsFile, dnsServers: [nameServer.address] });
  const resolve = (host: string, signal = new AbortController().signal) => resolveHost(host, signal);
  return { resolve, nameServer };
}

describe('createResolveHost', () => {
  it('gives all addresses of both families, IPv4 first', async () => {
    const ipv6 = [0x20, 1, 0x48, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const { resolve } = await resolver({
      records: {
        A: [
          [192, 0, 2, 1],
          [127, 0, 0, 1],
        ],
        AAAA: [ipv6],
      },
    });
    const addresses = await resolve('picture.test');
    expect([...addresses].sort()).toEqual(['127.0.0.1', '192.0.2.1', '2001:4860::1']);
    expect(addresses.at(-1)).toBe('2001:4860::1');
  });

  it('gives what one family has where the other has nothing', async () => {
    const { resolve } = await resolver({ records: { A: [[192, 0, 2, 1]] } });
    expect(await resolve('picture.test')).toEqual(['192.0.2.1']);
  });

  it('rejects for a host without addresses', async () => {
    const { resolve } = await resolver({ records: {} });
    await expect(resolve('picture.test')).rejects.toThrow(/queryA/);
  });

  it('takes the hosts file first, and does not ask then', async () => {
    const hosts =
      '# 10.0.0.1 picture.test\n::1\tPicture.Test\n127.0.0.1 other picture.test # comment\nnonsense picture.test\n';
    const { resolve, nameServer } = await resolver({ hosts, records: { A: [[192, 0, 2, 1]] } });
    expect(await resolve('picture.test')).toEqual(['127.0.0.1', '::1']);
    expect(nameServer.questions()).toBe(0);
    expect(await resolve('picture')).toEqual(['192.0.2.1']);
  });

  it('does without a hosts file', async () => {
    const { resolve } = await resolver({ records: { A: [[192, 0, 2, 1]] } });
    expect(await resolve('localhost')).toEqual(['192.0.2.1']);
  });

  it('stops asking a silent name server when the signal aborts', async () => {
    const { resolve } = await resolver({ records: 'silent' });
    await expect(resolve('picture.test', AbortSignal.timeout(30))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('leaves the file system alone while many look-ups wait', async () => {
    const { resolve, nameServer } = await resolver({ records: 'silent' });
    const controllers = Array.from({ length: 50 }, () => new AbortController());
    const waiting = controllers.map(({ signal }, index) => resolve(`host-${index}.test`, signal));
    const settled = Promise.allSettled(waiting);
    while (nameServer.questions() < 100) await new Promise((go) => setImmediate(go));
    // `dns.lookup` would hold all threads of the pool by now, and this write would wait for them.
    await writeFile(join(folder, 'written'), 'meanwhile');
    for (const controller of controllers) controller.abort();
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
  });
});
