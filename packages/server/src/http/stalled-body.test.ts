import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unlessStalled } from './stalled-body.ts';

const server = createServer();
const nothing = new Promise<never>(() => {});

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** The server's side of a request that announces `announced` bytes and sends `sent`. */
async function request({ announced, sent }: { announced: number; sent: number }) {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${announced}\r\n\r\n${'x'.repeat(sent)}`);
  const [incoming] = await once(server, 'request');
  return { incoming, socket };
}

describe('unlessStalled', () => {
  it('gives what comes in time', async () => {
    const { incoming } = await request({ announced: 10, sent: 10 });
    expect(await unlessStalled(incoming, Promise.resolve('part'))).toBe('part');
  });

  it('rejects where the whole body has come and nothing came of it', async () => {
    const { incoming } = await request({ announced: 10, sent: 10 });
    incoming.resume();
    await expect(unlessStalled(incoming, nothing)).rejects.toMatchObject({ code: 'bad_multipart' });
  });

  it('rejects where a parser holds back what has come', async () => {
    const { incoming } = await request({ announced: 1000, sent: 10 });
    incoming.pause();
    await expect(unlessStalled(incoming, nothing)).rejects.toMatchObject({ code: 'bad_multipart' });
  });

  it('waits for a client that is slow', async () => {
    const { incoming, socket } = await request({ announced: 20, sent: 10 });
    incoming.resume();
    const ended = once(incoming, 'end').then(() => 'end');
    setTimeout(() => socket.write('y'.repeat(10)), 1200);
    expect(await unlessStalled(incoming, ended)).toBe('end');
  });
});
