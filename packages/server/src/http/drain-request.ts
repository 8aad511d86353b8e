import type { IncomingMessage } from 'node:http';

const MAX_DRAINED_BYTES = 32 * 1024 * 1024;
const MAX_DRAIN_MS = 2000;
const MAX_LINGER_MS = 1000;

/**
 * Reads and drops what is still to come of a request's body, within bounds. A connection that is closed while its client
 * is still sending is reset, and the client may never see the answer that says what was wrong.
 */
export function drainRequest(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(done, MAX_DRAIN_MS);
    function count(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > MAX_DRAINED_BYTES) done();
    }
    function done(): void {
      clearTimeout(timer);
      request.off('data', count);
      request.pause();
      resolve();
    }
    // Whoever read it so far may have stopped, and would hold it back.
    request.unpipe();
    request.on('data', count).once('end', done).once('close', done).once('error', done);
    request.resume();
  });
}

/**
 * Has the connection of a request that was not read to its end closed in peace once the answer is written: our side at
 * once, and what the client goes on sending is dropped until it closes its own, for a second at most. Node would close
 * both, and the reset that answers the next byte overtakes what the client has not read yet.
 */
export function lingerBehind(request: IncomingMessage): void {
  const { socket } = request;
  socket.destroySoon = () => {
    socket.end();
    request.resume();
    const timer = setTimeout(() => socket.destroy(), MAX_LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  };
}

/**
 * Does so behind the answer: whoever is to come again later is told so before the rest of the body has come, and need not
 * send it. Ends the connection where there is more than that.
 */
export async function drainBehind(request: IncomingMessage): Promise<void> {
  await drainRequest(request);
  if (!request.complete) request.socket.destroySoon();
}
