import type { Server } from 'node:http';

/** So long nobody must have come. */
const QUIET_MS = 50;
const MOST_MS = 1000;

/**
 * Resolves when every connection that the system has accepted has reached the server: it hands over one for each turn of
 * the event loop, and resets those that still wait when the server is closed. Ends after a second though clients go on
 * coming.
 */
export function takeAcceptedConnections(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const endMs = performance.now() + MOST_MS;
    let hasCome = false;
    const note = (): void => {
      hasCome = true;
    };
    // After the timer the loop looks for connections, and only then comes the immediate.
    const look = (): void => {
      setImmediate(() => {
        if (!hasCome || performance.now() > endMs) {
          server.off('connection', note);
          resolve();
          return;
        }
        hasCome = false;
        setTimeout(look, QUIET_MS);
      });
    };
    server.on('connection', note);
    setTimeout(look, QUIET_MS);
  });
}
