import type { ServerResponse } from 'node:http';

/** Aborted when the client has gone before its answer was written. */
export function clientSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
