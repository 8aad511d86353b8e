import { once } from 'node:events';
import { isIP, type Socket, connect as startTcp } from 'node:net';
import { connect as startTls } from 'node:tls';

/**
 * Opens a TCP connection to the first of some IP addresses that takes it. Node is given addresses only, so it looks up
 * no name of its own. `allows` judges the address that the socket really has, before a byte is sent. The last address
 * is tried until the signal aborts, those before it for their share of `connectMs`.
 */
export async function connectToAddress(options: {
  addresses: readonly string[];
  port: number;
  connectMs: number;
  allows: (address: string) => boolean;
  signal: AbortSignal;
}): Promise<Socket> {
  const { addresses, port, connectMs, allows, signal } = options;
  let failure: unknown = new Error('no address to connect to');
  const tried = addresses.slice(0, MAX_TRIED_ADDRESSES);
  for (const [index, address] of tried.entries()) {
    const isLast = index === tried.length - 1;
    const attempt = isLast
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(connectMs / tried.length))]);
    try {
      return await connectTo({ address, port, allows, signal: attempt });
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

const MAX_TRIED_ADDRESSES = 3;

async function connectTo(options: {
  address: string;
  port: number;
  allows: (address: string) => boolean;
  signal: AbortSignal;
}): Promise<Socket> {
  const { address, port, allows, signal } = options;
  const socket = await whenOpen(startTcp({ host: address, port, noDelay: true }), 'connect', signal);
  if (allows(socket.remoteAddress ?? '')) return socket;
  socket.destroy();
  throw new Error('connected to an address that was not vetted');
}

/**
 * Speaks TLS over a connection; rejects where the certificate is not trusted or not the host's. `trustedCertificate`
 * (PEM) is trusted instead of the authorities that Node knows.
 */
export function secureConnection(options: {
  socket: Socket;
  host: string;
  trustedCertificate: string | undefined;
  signal: AbortSignal;
}): Promise<Socket> {
  const { socket, host, trustedCertificate, signal } = options;
  const secure = startTls({
    socket,
    host,
    ALPNProtocols: ['http/1.1'],
    // An address is no server name (RFC 6066 3); the certificate is checked against `host` all the same.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(trustedCertificate === undefined ? {} : { ca: trustedCertificate }),
  });
  return whenOpen(secure, 'secureConnect', signal);
}

async function whenOpen(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<Socket> {
  // Between two owners a socket has no listener, and an 'error' that nobody hears would end the process.
  socket.on('error', () => {});
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
