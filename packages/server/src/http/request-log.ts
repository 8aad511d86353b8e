import type { FastifyReply, FastifyRequest } from 'fastify';

const LOGGED_TARGET_LENGTH = 300;

/** One line for each request, with its stages where it had any. */
export async function logRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  request.log.info(
    {
      method: request.method,
      target: request.originalUrl.slice(0, LOGGED_TARGET_LENGTH),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      cache: reply.getHeader('x-cache'),
      stages: reply.getHeader('server-timing'),
    },
    'request',
  );
}
