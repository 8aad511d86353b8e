import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'] as const;
const ALLOWED_HEADERS = 'Authorization, Content-Type, If-None-Match, Range';
const EXPOSED_HEADERS =
  'Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After, Server-Timing, X-Cache';
const PREFLIGHT_SECONDS = 600;

/**
 * Lets JavaScript of other origins read answers and upload. `origins` are as browsers send them, or `*` for every one;
 * without any, there is no such header. Never with credentials: keys and tokens travel in `Authorization`, which a page
 * has to know, and not in cookies, which a browser adds by itself.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const isAny = origins.includes('*');

  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    // Said to everybody, or with `Vary`: caches give one client's answer to the next.
    if (isAny) reply.header('access-control-allow-origin', '*');
    else reply.header('vary', 'Origin');
    if (!isAny && (origin === undefined || !origins.includes(origin))) return;
    if (!isAny) reply.header('access-control-allow-origin', origin);
    if (isPreflight(request)) return sendPreflight(app, request, reply);
    reply.header('access-control-expose-headers', EXPOSED_HEADERS);
  });

  if (isAny) return;
  app.addHook('onSend', async (_request, reply) => {
    const vary = String(reply.getHeader('vary') ?? '');
    if (!/\borigin\b/i.test(vary)) reply.header('vary', vary === '' ? 'Origin' : `${vary}, Origin`);
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function sendPreflight(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const methods = METHODS.filter((method) => app.hasRoute({ method, url: request.url }));
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
      'cache-control': 'no-store',
    })
    .send();
}
