import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Keeps track of the connections over which no request has come yet. Node counts them among the busy ones until its
 * headers' timeout, so a server that ends would wait for them; `close` ends them at once.
 */
export function trackUnusedConnections(server: Server): { close(): void } {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request) => unused.delete(request.socket));
  return {
    close: () => {
      for (const socket of unused) socket.destroy();
    },
  };
}
