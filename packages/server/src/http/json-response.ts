import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, matchesEtag } from './headers.ts';
import { jsonText } from './json-text.ts';

/** Answers JSON that caches may keep, or 304 where the client holds it; its entity tag is a hash of it. */
export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: { readonly body: object; readonly headers: Readonly<Record<string, string>> },
): FastifyReply {
  const text = jsonText(answer.body);
  const etag = etagOf(createHash('sha256').update(text).digest('hex').slice(0, 40));
  reply.headers({ ...answer.headers, etag });
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(text);
}
