import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault, times } from './support/fault.ts';
import { inMegabytes, peakRssBytes, resetPeak, rssBytes } from './support/memory.ts';
import { FILE_HEADERS, multipart, type Part, postRequest as post } from './support/multipart.ts';
import { descriptorsOf, eventually } from './support/processes.ts';
import { exchange, statusesOf } from './support/raw-socket.ts';
import { filesBelow } from './support/stored-files.ts';

const MAX_BYTES = 2 * 1024 ** 2;

let server: ServerProcess;
let port: number;
let picture: Buffer;

beforeAll(async () => {
  server = await startServer({ UPLOAD_MAX_BYTES: String(MAX_BYTES), RENDER_PROCESSES: '2' });
  port = Number(new URL(server.url).port);
  picture = await photo(500, 400).jpeg({ quality: 95 }).toBuffer();
  await upload(server.url, picture);
});
afterAll(() => server.stop());

async function storedFiles(): Promise<string[]> {
  const files = await filesBelow(join(server.folder, 'uploads'));
  return files.filter((path) => !path.startsWith('.tmp/'));
}
const temporaryFiles = () => readdir(join(server.folder, 'uploads/.tmp'));
const nothingIsLeft = () =>
  eventually('no temporary file is left', async () => (await temporaryFiles()).length === 0);

/** A bad body: the given statuses, nothing stored, nothing left over. */
async function refused(bodies: readonly Uint8Array[], statuses: readonly number[]) {
  const before = await storedFiles();
  const seen = new Set<number>();
  for (const body of bodies) {
    const [status = 0] = statusesOf(await exchange(port, body));
    seen.add(status);
    expect(statuses).toContain(status);
  }
  await nothingIsLeft();
  expect(await storedFiles()).toEqual(before);
  return { times: bodies.length, held: `${[...seen].join(' or ')}, nothing stored, no temporary file left` };
}

const FILE = (): Part => ({ headers: FILE_HEADERS, body: picture });
const field = (name: string, body: Uint8Array | string): Part => ({
  headers: [`Content-Disposition: form-data; name="${name}"`],
  body,
});

const ABUSES: readonly (readonly [string, () => Buffer, readonly number[]])[] = [
  ['no boundary', () => post(multipart([FILE()]), { type: 'multipart/form-data' }), [400]],
  ['another boundary', () => post(multipart([FILE()]), { type: 'multipart/form-data; boundary=y' }), [400]],
  ['an empty boundary', () => post(multipart([FILE()]), { type: 'multipart/form-data; boundary=' }), [400]],
  [
    'a boundary of 10 kB',
    () => post(multipart([FILE()]), { type: `multipart/form-data; boundary=${'y'.repeat(10_000)}` }),
    [400],
  ],
  ['no end', () => post(multipart([FILE()]).subarray(0, -8)), [400]],
  ['an empty body', () => post(Buffer.alloc(0)), [400]],
  ['only an end', () => post(Buffer.from('--x--\r\n')), [400]],
  [
    'no part named file',
    () =>
      post(
        multipart([
          { headers: ['Content-Disposition: form-data; name="other"; filename="a"'], body: picture },
        ]),
      ),
    [400],
  ],
  ['the file as a field', () => post(multipart([field('file', 'abc')])), [400]],
  ['two files', () => post(multipart([FILE(), FILE()])), [400]],
  [
    '1,000 parts',
    () => post(multipart([FILE(), ...Array.from({ length: 1000 }, (_, index) => field(`f${index}`, 'a'))])),
    [400],
  ],
  [
    '1,000 parts before the file',
    () => post(multipart([...Array.from({ length: 1000 }, (_, index) => field(`f${index}`, 'a')), FILE()])),
    [400],
  ],
  ['a field of 1 MB', () => post(multipart([field('a', Buffer.alloc(1e6, 'a')), FILE()])), [400]],
  ['a field name of 10 kB', () => post(multipart([field('a'.repeat(10_000), 'a'), FILE()])), [400]],
  [
    'a multipart in a multipart',
    () =>
      post(
        multipart([
          {
            headers: [...FILE_HEADERS, 'Content-Type: multipart/mixed; boundary=z'],
            body: multipart([FILE()], 'z'),
          },
        ]),
      ),
    [415],
  ],
  ['a part without headers', () => post(multipart([{ headers: [], body: picture }])), [400]],
  [
    'a field named __proto__',
    () => post(multipart([field('__proto__', 'a'), field('constructor', 'a')])),
    [400],
  ],
  [
    'a file that is too large',
    () => post(multipart([{ headers: FILE_HEADERS, body: Buffer.alloc(MAX_BYTES + 1) }])),
    [413],
  ],
  ['an empty file', () => post(multipart([{ headers: FILE_HEADERS, body: '' }])), [415]],
  ['JSON', () => post(Buffer.from('{}'), { type: 'application/json' }), [400]],
  ['the bare picture', () => post(picture, { type: 'image/jpeg' }), [400]],
];

/** What is odd and does no harm: the rest of the headers is dropped, the encoding is not looked at. */
const ODDITIES: readonly (readonly [string, readonly string[]])[] = [
  ['a header of a part of 100 kB', [`X: ${'a'.repeat(100_000)}`]],
  ['10,000 headers of a part', Array.from({ length: 10_000 }, (_, index) => `X${index}: a`)],
  ['another transfer encoding of a part', ['Content-Transfer-Encoding: base64']],
  ['a type that is a lie', ['Content-Type: text/html']],
  ['a path for a name', ['Content-Disposition: form-data; name="file"; filename="../../../etc/passwd"']],
];

describe('multipart bodies', () => {
  for (const [injected, headers] of ODDITIES) {
    fault({ id: 'H4', injected }, async () => {
      const body = post(multipart([{ headers: [...FILE_HEADERS, ...headers], body: picture }]));
      const answer = await exchange(port, body);
      expect(statusesOf(answer)).toEqual([200]);
      const [, hash = ''] = /"hash":"([0-9a-f]{40})"/.exec(answer) ?? [];
      expect((await get(`${server.url}/image/${hash}`)).bytes.equals(picture)).toBe(true);
      await nothingIsLeft();
      return { times: 1, held: '200, and the picture is stored byte for byte' };
    });
  }

  for (const [injected, make, statuses] of ABUSES) {
    fault({ id: 'H4', injected }, () => refused([make()], statuses));
  }

  fault({ id: 'H4', injected: 'a body that ends after every kilobyte, its length saying so' }, async () => {
    const whole = multipart([FILE()]);
    const lengths = Array.from({ length: Math.floor(whole.length / 1024) }, (_, index) => (index + 1) * 1024);
    return refused(
      lengths.map((length) => post(whole.subarray(0, length))),
      [400],
    );
  });

  fault({ id: 'H4', injected: 'bodies with random bytes changed, between the parts too' }, async () => {
    const whole = multipart([field('a', 'b'), FILE()]);
    const count = times({ short: 200, long: 5000 });
    let crashes = 0;
    const change = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 });
    for (const changes of fc.sample(change, { numRuns: count, seed: 1 })) {
      const body = Buffer.from(whole);
      for (const [at, byte] of changes) body[at] = byte;
      const [status = 0] = statusesOf(await exchange(port, post(body)));
      if (![200, 400, 413, 415, 422].includes(status)) crashes += 1;
    }
    expect(crashes).toBe(0);
    await nothingIsLeft();
    return { times: count, held: '200 or a refusal, no 500, no temporary file left' };
  });
});

describe('bodies beyond the limit', () => {
  fault({ id: 'H3', injected: 'chunks without end' }, async () => {
    resetPeak(server.pid);
    const rssBefore = rssBytes(server.pid);
    const count = times({ short: 20, long: 200 });
    let mostSent = 0;
    for (let upload = 0; upload < count; upload += 1) {
      const { sent, statuses } = await sendWithoutEnd(port);
      expect(statuses).toEqual([413]);
      mostSent = Math.max(mostSent, sent);
    }
    const growth = peakRssBytes(server.pid) - rssBefore;
    expect(growth).toBeLessThan(64 * 1024 ** 2);
    await nothingIsLeft();
    return {
      times: count,
      held: `413 and the connection cut after at most ${inMegabytes(mostSent)}; the server grew by ${inMegabytes(Math.max(0, growth))}`,
    };
  });
});

/** An upload in chunks, until the server ends the connection. */
async function sendWithoutEnd(to: number): Promise<{ sent: number; statuses: number[] }> {
  const socket = connect(to, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk)).on('error', () => {});
  const head =
    'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n';
  const start = `--x\r\n${FILE_HEADERS.join('\r\n')}\r\n\r\n`;
  socket.write(`${head}${start.length.toString(16)}\r\n${start}\r\n`);
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')]);
  let sent = 0;
  while (!socket.destroyed && sent < 1024 ** 3) {
    const isFull = !socket.write(chunk);
    if (isFull) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    socket.removeAllListeners('drain').removeAllListeners('close');
    sent += chunk.length;
  }
  await eventually('the connection ends', () => socket.destroyed);
  return { sent, statuses: statusesOf(Buffer.concat(received).toString('latin1')) };
}

describe('uploads whose client goes', () => {
  fault({ id: 'F24', injected: 'a connection cut after every 4 kB of an upload' }, async () => {
    const before = await storedFiles();
    const descriptors = descriptorsOf(server.pid);
    const whole = post(multipart([FILE()]));
    let cuts = 0;
    for (let at = 4096; at < whole.length; at += 4096) {
      await sendAndLeave(whole.subarray(0, at));
      cuts += 1;
    }
    // Whatever came before it on the way to the server has been seen by then.
    await get(`${server.url}/health`);
    await nothingIsLeft();
    expect(await storedFiles()).toEqual(before);
    await eventually('the descriptors are given back', () => descriptorsOf(server.pid) <= descriptors + 4);
    return { times: cuts, held: 'nothing stored, no temporary file and no descriptor left' };
  });

  fault({ id: 'H9', injected: 'a client that leaves while its upload is decoded' }, async () => {
    const whole = post(multipart([FILE()]));
    const count = times({ short: 50, long: 500 });
    for (let round = 0; round < count; round += 1) await sendAndLeave(whole);
    await nothingIsLeft();
    expect((await get(`${server.url}/ready`)).status).toBe(200);
    return { times: count, held: 'no temporary file left, and the next request is answered' };
  });
});

async function sendAndLeave(bytes: Uint8Array): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.write(bytes, resolve));
  socket.resetAndDestroy();
  await once(socket, 'close');
}

describe('the server after all that', () => {
  fault({ id: 'H7', injected: 'nothing more' }, async () => {
    await upload(server.url, picture);
    expect(server.log.filter(({ status }) => status === 500)).toEqual([]);
    return { times: 1, held: 'takes the next upload, and no answer was a 500' };
  });
});
