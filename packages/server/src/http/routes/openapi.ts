import type { FastifyInstance } from 'fastify';
import { sendJson } from '../json-response.ts';
import { openApiDocument } from '../openapi/openapi-document.ts';
import { requestQuery } from '../request-target.ts';

const MAX_AGE_SECONDS = 3600;

/** `GET /openapi.json`: what the server answers, for programs. */
export function openApiRoute(app: FastifyInstance, { version }: { version: string }): void {
  const body = openApiDocument({ version });

  app.route({
    method: ['GET', 'HEAD'],
    url: '/openapi.json',
    handler: async (request, reply) => {
      requestQuery(request, []);
      const headers = { 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` };
      return sendJson(request, reply, { body, headers });
    },
  });
}
