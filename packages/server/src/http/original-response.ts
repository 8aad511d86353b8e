import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ByteRange, parseByteRange } from './byte-range.ts';
import { matchesEtag } from './headers.ts';

/** An original as HTTP sends it. */
export interface OriginalBody {
  readonly etag: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly cacheControl: string;
  /** All bytes, or those of the range. */
  readonly read: (range: ByteRange | undefined) => Promise<Readable>;
}

/** Answers an original byte for byte: whole, the range that was asked for, or 304 where the client holds it. */
export async function sendOriginal(
  request: FastifyRequest,
  reply: FastifyReply,
  original: OriginalBody,
): Promise<FastifyReply> {
  const { etag, bytes, mediaType, cacheControl, read } = original;
  reply.headers({ etag, 'cache-control': cacheControl, 'accept-ranges': 'bytes' });
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();

  const ifRange = request.headers['if-range'];
  const range =
    ifRange === undefined || ifRange === etag ? parseByteRange(request.headers.range, bytes) : undefined;
  if (range === 'unsatisfiable') {
    reply.headers({ 'content-range': `bytes */${bytes}`, 'cache-control': 'no-store' });
    return reply.code(416).send();
  }
  if (range !== undefined)
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
  reply.headers({ 'content-type': mediaType, 'content-length': range ? range.end - range.start + 1 : bytes });
  return reply.send(request.method === 'HEAD' ? undefined : await read(range));
}
