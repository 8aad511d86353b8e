import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a connection over which nothing came may last when the server ends. */
const UNUSED_GRACE_MS = 500;

/**
 * Keeps count of what is under way over each connection.
 *
 * At most `maxConnections` are open: one more takes the place of the one over which nothing has been under way for the
 * longest time, or is closed itself where all are in use. So whoever opens connections without asking for anything keeps
 * nobody out.
 *
 * From the moment at which the server is closed, each connection ends as soon as nothing is under way over it. Node's own
 * way looks only once, so that an answer that ends a moment later leaves its connection open for the whole of its
 * keep-alive; it cuts off answers that are still being sent; and it waits for connections over which nothing came yet.
 * Those have a moment: whoever has just connected is about to ask, and would be reset.
 */
export function trackConnections(server: Server, options: { maxConnections: number }): void {
  const answersUnderWay = new Map<Socket, number>();
  /** Those without answers under way, in the order in which they became so. */
  const idle = new Set<Socket>();
  /** Those of them over which nothing came yet. */
  const unused = new Set<Socket>();
  let isClosing = false;

  server.on('connection', (socket) => {
    if (answersUnderWay.size >= options.maxConnections) {
      const [longestIdle] = idle;
      if (longestIdle === undefined) {
        socket.destroy();
        return;
      }
      forget(longestIdle);
      longestIdle.destroy();
    }
    answersUnderWay.set(socket, 0);
    idle.add(socket);
    unused.add(socket);
    socket.once('close', () => forget(socket));
  });
  server.on('request', ({ socket }, response) => {
    const before = answersUnderWay.get(socket);
    if (before === undefined) return;
    answersUnderWay.set(socket, before + 1);
    idle.delete(socket);
    unused.delete(socket);
    // After the last byte has been handed to the system, or the client has gone.
    response.once('close', () => noteAnswered(socket));
  });

  function forget(socket: Socket): void {
    answersUnderWay.delete(socket);
    idle.delete(socket);
    unused.delete(socket);
  }

  function noteAnswered(socket: Socket): void {
    const before = answersUnderWay.get(socket);
    if (before === undefined) return;
    answersUnderWay.set(socket, before - 1);
    if (before > 1) return;
    idle.add(socket);
    if (isClosing) socket.end();
  }

  // `server.close` calls it by this name.
  server.closeIdleConnections = () => {
    isClosing = true;
    for (const socket of idle) if (!unused.has(socket)) socket.destroy();
    setTimeout(() => {
      for (const socket of unused) socket.destroy();
    }, UNUSED_GRACE_MS).unref();
  };
}
