import type { ServerResponse } from 'node:http';
import { setAsker } from '../async/asker.ts';
import { clientIdOf } from './client-id.ts';

/** Aborted when the client has gone before its answer was written. Work with this signal is that client's. */
export function clientSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  setAsker(controller.signal, clientIdOf(response.req));
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
