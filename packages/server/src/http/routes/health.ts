import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestQuery } from '../request-target.ts';

/** What keeps the server from being ready, in words; empty when it is. */
export type UnreadyReasons = () => readonly string[];

/** `GET /health`: the process lives. `GET /ready`: it can do its work, or why it cannot. */
export function healthRoutes(
  app: FastifyInstance,
  dependencies: {
    unreadyReasons: UnreadyReasons;
    /** Of the server, of Node.js and of the libraries that decode. */
    versions: Readonly<Record<string, string>>;
  },
): void {
  app.route({ method: ['GET', 'HEAD'], url: '/health', handler: getHealth });
  app.route({ method: ['GET', 'HEAD'], url: '/ready', handler: getReady });

  async function getHealth(request: FastifyRequest, reply: FastifyReply) {
    requestQuery(request, []);
    return reply.header('cache-control', 'no-store').send({ status: 'ok', versions: dependencies.versions });
  }

  async function getReady(request: FastifyRequest, reply: FastifyReply) {
    requestQuery(request, []);
    const reasons = dependencies.unreadyReasons();
    reply.header('cache-control', 'no-store');
    if (reasons.length === 0) return reply.send({ status: 'ready' });
    return reply.code(503).send({ status: 'unready', reasons });
  }
}
