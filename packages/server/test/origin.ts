import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 that pictures are fetched from, and that counts. */
export interface Origin {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly connections: () => number;
  /** The requests so far; none for a raw origin. */
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** Starts an HTTP origin, or an HTTPS one with a certificate. */
export async function startOrigin(
  answer: RequestListener,
  tls?: { key: string; cert: string },
): Promise<Origin> {
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    answer(request, response);
  };
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  return listen(server, requests, tls === undefined ? 'http' : 'https');
}

/** Starts an origin that speaks for itself: `answer` gets each connection. */
export function startRawOrigin(answer: (socket: Socket) => void): Promise<Origin> {
  return listen(createTcpServer(answer), [], 'http');
}

async function listen(server: Server, requests: readonly IncomingMessage[], scheme: string): Promise<Origin> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    // Clients that go away in the middle are what many tests are about.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    requests,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
