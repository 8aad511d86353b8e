import type { IncomingMessage, Server, ServerResponse } from 'node:http';

export interface SlownessLimits {
  /** Least bytes of a body, headers included, in each window. */
  readonly windowBytes: number;
  readonly windowMs: number;
  /** How long an answer may lie unread, in milliseconds. */
  readonly writeIdleMs: number;
  /** How often clients are looked at, in milliseconds. */
  readonly checkMs: number;
}

/** 8 kB a second, after ten seconds of grace; slower than any modem. */
const LIMITS: SlownessLimits = { windowBytes: 80_000, windowMs: 10_000, writeIdleMs: 30_000, checkMs: 1000 };

/** A request that has not been answered to its end. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Where it is among those under way. */
  place: number;
  windowBeganMs: number;
  bytesAtBegin: number;
  isWriteTimed: boolean;
}

/**
 * Ends the connections of clients that send a body too slowly (with `onTimeout`), or do not read their answer (without
 * another word): each of them holds a connection and, with its body, a file. Headers are Node's own business.
 */
export function cutSlowClients(
  server: Server,
  options: { onTimeout: (socket: IncomingMessage['socket']) => void; limits?: SlownessLimits },
): void {
  const { onTimeout, limits = LIMITS } = options;
  // No Set: when one makes itself anew, as it does after so many removals, the table it leaves behind still names what it
  // held. Once one such table is old, so is all that requests leave, and the collector copies it instead of dropping it.
  const underWay: Exchange[] = [];

  server.on('request', (request, response) => {
    const { bytesRead } = request.socket;
    const begun = { windowBeganMs: performance.now(), bytesAtBegin: bytesRead, isWriteTimed: false };
    const exchange: Exchange = { request, response, place: underWay.length, ...begun };
    underWay.push(exchange);
    response.once('close', () => remove(exchange));
  });

  const timer = setInterval(() => {
    for (const exchange of [...underWay]) {
      if (!exchange.request.complete) watchBody(exchange);
      else if (exchange.response.headersSent) watchAnswer(exchange);
    }
  }, limits.checkMs).unref();
  server.once('close', () => clearInterval(timer));

  function remove(exchange: Exchange): void {
    if (underWay[exchange.place] !== exchange) return;
    const last = underWay.pop();
    if (last === undefined || last === exchange) return;
    underWay[exchange.place] = last;
    last.place = exchange.place;
  }

  function watchBody(exchange: Exchange): void {
    const { request } = exchange;
    const { bytesRead } = request.socket;
    const isEnough = bytesRead - exchange.bytesAtBegin >= limits.windowBytes;
    // What lies here unread is not the client's fault.
    if (isEnough || request.readableFlowing !== true || request.readableLength > 0) {
      exchange.windowBeganMs = performance.now();
      exchange.bytesAtBegin = bytesRead;
    } else if (performance.now() - exchange.windowBeganMs > limits.windowMs) {
      remove(exchange);
      onTimeout(request.socket);
    }
  }

  /** The socket's own timeout sees whether bytes go out; when the answer has ended, Node sets the one for keep-alive. */
  function watchAnswer(exchange: Exchange): void {
    if (exchange.isWriteTimed) return;
    exchange.isWriteTimed = true;
    exchange.request.socket.setTimeout(limits.writeIdleMs);
  }
}
