import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answerTimeout } from './client-error.ts';
import { cutSlowClients } from './slow-clients.ts';

const LIMITS = { windowBytes: 1000, windowMs: 200, writeIdleMs: 200, checkMs: 10 };
const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n';
const REST_MS = 20;

let server: Server;
const drips: NodeJS.Timeout[] = [];

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ client: Socket; exchange: Promise<[IncomingMessage, ServerResponse]> }> {
  server = createServer(answer);
  cutSlowClients(server, { onTimeout: answerTimeout, limits: LIMITS });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectTo(server);
  const exchange = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  return { client, exchange };
}

function connectTo(listening: Server): Socket {
  const client = connect((listening.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  return client;
}

/** Sends so much of a body every 20 ms. */
function drip(client: Socket, bytes: number): void {
  client.write(HEAD);
  drips.push(setInterval(() => client.write('x'.repeat(bytes)), REST_MS));
}

afterEach(async () => {
  for (const timer of drips.splice(0)) clearInterval(timer);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('cutSlowClients', () => {
  it('answers 408 to a body that comes too slowly, and closes', async () => {
    const { client } = await listen((request) => request.resume());
    drip(client, 10);
    const [answer] = await once(client, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    await once(client, 'close');
  });

  it('goes on watching a client when others have come before and after it, and left', async () => {
    const { client: before, exchange } = await listen((request, response) => {
      if (request.method === 'GET') response.end('done');
      else request.resume();
    });
    before.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n');
    const [, answerToBefore] = await exchange;
    const slow = connectTo(server);
    drip(slow, 10);
    await once(server, 'request');
    const after = connectTo(server);
    after.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(after, 'data');
    answerToBefore.end();
    const [answer] = await once(slow, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('lets a body come that is fast enough, however long that takes', async () => {
    const { client } = await listen((request, response) => {
      request.resume().once('end', () => response.end('whole'));
    });
    drip(client, 4000);
    const [answer] = await once(client, 'data');
    expect(String(answer)).toContain('whole');
  });

  it('does not blame the client for what is not read here', async () => {
    const { client, exchange } = await listen(() => {});
    client.write(`${HEAD}xxxxx`);
    const [request, response] = await exchange;
    request.once('data', () => request.pause());
    const looks = { count: 0 };
    const { promise, resolve } = deferred();
    drips.push(
      setInterval(() => {
        looks.count += 1;
        if (looks.count * LIMITS.checkMs > 2 * LIMITS.windowMs) resolve();
      }, LIMITS.checkMs),
    );
    await promise;
    response.end('still here');
    const [answer] = await once(client, 'data');
    expect(String(answer)).toContain('still here');
  });

  it('ends the connection of a client that does not read its answer', async () => {
    const body = Buffer.alloc(50_000_000);
    const { client, exchange } = await listen((_request, response) => response.end(body));
    client.pause();
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const [, response] = await exchange;
    await once(response, 'close');
    expect(await bytesOf(client)).toBeLessThan(body.length);
  });
});

async function bytesOf(socket: Socket): Promise<number> {
  let bytes = 0;
  for await (const chunk of socket) bytes += chunk.length;
  return bytes;
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((onDone) => {
    resolve = onDone;
  });
  return { promise, resolve };
}
