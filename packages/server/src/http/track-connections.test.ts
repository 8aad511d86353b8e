import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { trackConnections } from './track-connections.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('trackConnections', () => {
  it('ends at once what is idle, and in a moment what is unused', async () => {
    const { server, client } = await listen((response) => response.end('done'));
    const unused = await client();
    const idle = await client();
    idle.write(REQUEST);
    await once(idle, 'data');
    const closed = once(server, 'close');
    server.close();
    await Promise.all([closed, once(unused, 'close'), once(idle, 'close')]);
  });

  it('still answers whoever had connected and was about to ask', async () => {
    const { server, client } = await listen((response) => response.end('done'));
    const accepted = once(server, 'connection');
    const socket = await client();
    await accepted;
    const closed = once(server, 'close');
    server.close();
    const answer = readAll(socket);
    socket.write(REQUEST);
    expect(await answer).toContain('done');
    await closed;
  });

  it('ends a connection after the answer that is under way, though the client would keep it', async () => {
    const waiting: ServerResponse[] = [];
    const { server, client } = await listen((response) => waiting.push(response));
    const socket = await client();
    const answer = readAll(socket);
    const arrived = once(server, 'request');
    socket.write(REQUEST);
    await arrived;
    const closed = once(server, 'close');
    server.close();
    for (const response of waiting) response.end('the whole answer');
    expect(await answer).toContain('the whole answer');
    await closed;
  });

  it('sends what a slow client has not read yet to its end', async () => {
    const body = Buffer.alloc(20_000_000, 'a');
    const { server, client } = await listen((response) => response.end(body));
    const socket = await client();
    socket.pause();
    const arrived = once(server, 'request');
    socket.write(REQUEST);
    await arrived;
    const closed = once(server, 'close');
    server.close();
    expect((await readAll(socket)).length).toBeGreaterThan(body.length);
    await closed;
  });

  it('lets a new connection take the place of the one that has been idle for the longest time', async () => {
    const { server, client } = await listen((response) => response.end('done'), { maxConnections: 3 });
    const [first, second, third] = [await client(), await client(), await client()];
    const answered = once(first, 'data');
    first.write(REQUEST);
    await answered;
    const closed = [once(second, 'close'), once(third, 'close')];
    const newcomers = [await client(), await client()];
    await Promise.all(closed);
    for (const socket of [first, ...newcomers]) {
      socket.write(REQUEST);
      expect(String(await once(socket, 'data'))).toContain('done');
    }
    server.close();
  });

  it('closes a new connection where all are in use', async () => {
    const waiting: ServerResponse[] = [];
    const { server, client } = await listen((response) => waiting.push(response), { maxConnections: 2 });
    const used = [await client(), await client()];
    const answers = used.map(readAll);
    for (const socket of used) socket.write(REQUEST);
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    await once((await client()).resume(), 'close');
    server.close();
    for (const response of waiting) response.end('done');
    for (const answer of answers) expect(await answer).toContain('done');
  });
});

async function listen(
  answer: (response: ServerResponse) => void,
  { maxConnections = 100 } = {},
): Promise<{
  server: Server;
  client: () => Promise<Socket>;
}> {
  const server = createServer((_request, response) => answer(response));
  trackConnections(server, { maxConnections });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    client: async () => {
      const accepted = once(server, 'connection');
      const socket = connect(port, '127.0.0.1');
      await accepted;
      return socket;
    },
  };
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}
