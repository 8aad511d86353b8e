import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
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

/**
 * Answers an original byte for byte: whole, the range that was asked for, or 304 where the client holds it. Throws
 * `range_unsatisfiable`.
 */
export async function sendOriginal(
  request: FastifyRequest,
  reply: FastifyReply,
  original: OriginalBody,
): Promise<FastifyReply> {
  const { etag, bytes, mediaType, cacheControl, read } = original;
  const headers = { etag, 'cache-control': cacheControl, 'accept-ranges': 'bytes' };
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).headers(headers).send();

  const ifRange = request.headers['if-range'];
  const range =
    ifRange === undefined || ifRange === etag ? parseByteRange(request.headers.range, bytes) : undefined;
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${bytes}`);
    throw new ServiceError('range_unsatisfiable', `the range lies outside the ${bytes} bytes of the picture`);
  }
  // Before the headers: where the picture has just gone, the answer is an error, and that has none of them.
  const body = request.method === 'HEAD' ? undefined : await read(range);
  if (range !== undefined)
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
  const length = range === undefined ? bytes : range.end - range.start + 1;
  reply.headers({ ...headers, 'content-type': mediaType, 'content-length': length });
  return reply.send(body);
}
