import type { FastifyBaseLogger } from 'fastify';
import type { FinishedRequest } from './finished-request.ts';

const LOGGED_TARGET_LENGTH = 300;

/** Writes the one line of a request. */
export function logRequest(log: FastifyBaseLogger, request: FinishedRequest, traceId?: string): void {
  const { reqId, method, target, status, code, durationMs, bytes, cache, stages, client } = request;
  log.info(
    {
      reqId,
      method,
      target: target.slice(0, LOGGED_TARGET_LENGTH),
      status,
      code,
      durationMs: Math.round(durationMs * 10) / 10,
      bytes,
      cache,
      stages,
      client,
      traceId,
    },
    'request',
  );
}
