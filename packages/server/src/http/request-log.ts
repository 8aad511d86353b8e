import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';

const LOGGED_TARGET_LENGTH = 300;

/** What is logged of a request. */
export interface RequestLine {
  readonly reqId: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly durationMs: number;
  /** As the header `X-Cache` says it. */
  readonly cache?: unknown;
  /** As the header `Server-Timing` says it. */
  readonly stages?: unknown;
}

/** One line for each request. */
export function writeRequestLine(log: FastifyBaseLogger, line: RequestLine): void {
  const durationMs = Math.round(line.durationMs * 10) / 10;
  log.info({ ...line, target: line.target.slice(0, LOGGED_TARGET_LENGTH), durationMs }, 'request');
}

/** Fastify's hook for the requests that it answered. */
export function createLogRequest(log: FastifyBaseLogger) {
  return async function logRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    writeRequestLine(log, {
      reqId: request.id,
      method: request.method,
      target: request.originalUrl,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      cache: reply.getHeader('x-cache'),
      stages: reply.getHeader('server-timing'),
    });
  };
}
