import type { FastifyBaseLogger } from 'fastify';
import type { FinishedRequest } from './finished-request.ts';

const LOGGED_TARGET_LENGTH = 300;

/** Writes the one line of a request; `traceId` names its trace, where there is one. */
export type LogRequest = (request: FinishedRequest, traceId: string | undefined) => void;

/** Creates it. What requests of one kind have in common is made JSON of once. */
export function createLogRequest(log: FastifyBaseLogger): LogRequest {
  const logsByKind = new WeakMap<object, FastifyBaseLogger>();

  function logOf(kind: object, request: FinishedRequest): FastifyBaseLogger {
    const known = logsByKind.get(kind);
    if (known !== undefined) return known;
    const fresh = log.child(commonParts(request));
    logsByKind.set(kind, fresh);
    return fresh;
  }

  return function logRequest(request, traceId) {
    const { kind, reqId, client } = request;
    const own = { reqId, client, durationMs: Math.round(request.durationMs * 10) / 10, traceId };
    if (kind === undefined) log.info(Object.assign(commonParts(request), own), 'request');
    else logOf(kind, request).info(own, 'request');
  };
}

function commonParts({ method, target, status, code, bytes, cache, stages }: FinishedRequest) {
  return { method, target: target.slice(0, LOGGED_TARGET_LENGTH), status, code, bytes, cache, stages };
}
