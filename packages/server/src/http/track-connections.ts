import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * From the moment at which the server is closed, ends each connection as soon as nothing is under way over it. Node's
 * own way looks only once, so that an answer that ends a moment later leaves its connection open for the whole of its
 * keep-alive; it cuts off answers that are still being sent; and it waits for connections over which nothing came yet.
 */
export function trackConnections(server: Server): void {
  const answersUnderWay = new Map<Socket, number>();
  let isClosing = false;

  server.on('connection', (socket) => {
    answersUnderWay.set(socket, 0);
    socket.once('close', () => answersUnderWay.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    answersUnderWay.set(socket, (answersUnderWay.get(socket) ?? 0) + 1);
    // After the last byte has been handed to the system, or the client has gone.
    response.once('close', () => {
      const left = (answersUnderWay.get(socket) ?? 1) - 1;
      if (answersUnderWay.has(socket)) answersUnderWay.set(socket, left);
      if (isClosing && left === 0) socket.end();
    });
  });
  // `server.close` calls it by this name.
  server.closeIdleConnections = () => {
    isClosing = true;
    for (const [socket, count] of answersUnderWay) if (count === 0) socket.destroy();
  };
}
