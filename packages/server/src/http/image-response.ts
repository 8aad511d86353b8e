import type { FastifyReply } from 'fastify';
import type { VariantAnswer } from '../variants/serve-variant.ts';
import type { StageTimer } from '../variants/stage-timer.ts';
import { cacheControl } from './cache-control.ts';
import { varianceHeaders } from './client-of.ts';
import { etagOf, MEDIA_TYPES, serverTiming } from './headers.ts';

/** Answers a variant, or 304 where the client holds it. */
export function sendVariant(
  reply: FastifyReply,
  answer: VariantAnswer,
  options: { timer: StageTimer; maxAgeSeconds: number },
): FastifyReply {
  const { key, original, variant, cacheState } = answer;
  reply.headers({
    etag: etagOf(key),
    'cache-control': cacheControl(original.freshness, options.maxAgeSeconds),
    'x-cache': cacheState,
    ...varianceHeaders(answer.variesBy),
    'server-timing': serverTiming(options.timer.stages),
  });
  if (variant === undefined) return reply.code(304).send();
  return reply.header('content-type', MEDIA_TYPES[variant.format]).send(variant.bytes);
}
