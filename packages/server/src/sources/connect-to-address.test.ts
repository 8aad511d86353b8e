import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRawOrigin } from '../../test/origin.ts';
import { connectToAddress } from './connect-to-address.ts';

async function rawOrigin(answer: (socket: Socket) => void) {
  const origin = await startRawOrigin(answer);
  onTestFinished(() => origin.close());
  return origin;
}

describe('connectToAddress', () => {
  it('gives a connection to the address it was given', async () => {
    const { port } = await rawOrigin(() => {});
    const socket = await connectToAddress({
      addresses: ['127.0.0.1'],
      port,
      connectMs: 1000,
      allows: (address) => address === '127.0.0.1',
      signal: new AbortController().signal,
    });
    expect([socket.remoteAddress, socket.remotePort]).toEqual(['127.0.0.1', port]);
    socket.destroy();
  });

  it('closes a connection whose other end is not allowed, with nothing sent', async () => {
    const received: Buffer[] = [];
    const closed: Promise<unknown>[] = [];
    const { port } = await rawOrigin((socket) => {
      socket.on('data', (bytes) => received.push(bytes));
      closed.push(once(socket, 'close'));
    });
    const connecting = connectToAddress({
      addresses: ['127.0.0.1'],
      port,
      connectMs: 1000,
      allows: () => false,
      signal: new AbortController().signal,
    });
    await expect(connecting).rejects.toThrow('not vetted');
    await Promise.all(closed);
    expect(received).toEqual([]);
  });

  it('tries no more than three addresses, and none where there is none', async () => {
    const { port, connections } = await rawOrigin(() => {});
    const connect = (addresses: string[]) =>
      connectToAddress({
        addresses,
        port,
        connectMs: 1000,
        allows: () => true,
        signal: new AbortController().signal,
      });
    await expect(connect(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.1'])).rejects.toThrow(
      'ECONNREFUSED',
    );
    await expect(connect([])).rejects.toThrow('no address');
    expect(connections()).toBe(0);
  });
});
