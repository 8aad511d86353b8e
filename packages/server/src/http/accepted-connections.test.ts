import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { takeAcceptedConnections } from './accepted-connections.ts';

describe('takeAcceptedConnections', () => {
  it('resolves when all that the system has accepted are there', async () => {
    const server = createServer((_request, response) => response.end('done'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const clients = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'));
    await takeAcceptedConnections(server);
    expect(connections).toBe(clients.length);
    for (const client of clients) client.destroy();
    server.close();
    await once(server, 'close');
  });

  it('does not wait for ever while clients go on coming', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const coming = setInterval(() => connect(port, '127.0.0.1').on('error', () => {}), 10);
    const startedMs = performance.now();
    await takeAcceptedConnections(server);
    clearInterval(coming);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
});
