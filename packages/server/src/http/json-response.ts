import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, matchesEtag } from './headers.ts';
import { jsonText } from './json-text.ts';

interface WrittenBody {
  readonly text: string;
  readonly etag: string;
}

/** By the very object: a document that is always the same (100 kB of OpenAPI) is written and hashed once. */
const written = new WeakMap<object, WrittenBody>();

/**
 * Answers JSON that caches may keep, or 304 where the client holds it; its entity tag is a hash of it. The body must not
 * change afterwards.
 */
export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: { readonly body: object; readonly headers: Readonly<Record<string, string>> },
): FastifyReply {
  const { text, etag } = written.get(answer.body) ?? write(answer.body);
  reply.headers({ ...answer.headers, etag });
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(text);
}

function write(body: object): WrittenBody {
  const text = jsonText(body);
  const etag = etagOf(createHash('sha256').update(text).digest('hex').slice(0, 40));
  written.set(body, { text, etag });
  return { text, etag };
}
