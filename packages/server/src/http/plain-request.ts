import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors.ts';
import { MAX_TARGET_BYTES } from './request-target.ts';

const MAX_HEADERS = 100;

/** The methods of our routes that mean nothing by a body; the others that have none here are refused as methods. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE']);

/** Refuses what Node's parser lets through though two servers in a row may read it differently (request smuggling). */
export function assertPlainRequest(request: IncomingMessage, target: string): void {
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') throw badRequest('expected HTTP/1.1');
  if (target.length > MAX_TARGET_BYTES) {
    throw new ServiceError('target_too_long', `the address has more than ${MAX_TARGET_BYTES} bytes`);
  }
  if (!target.startsWith('/') || target.includes('#'))
    throw badRequest('expected a target that begins with / and has no #');
  if (request.rawHeaders.length / 2 > MAX_HEADERS) {
    throw new ServiceError('headers_too_large', `more than ${MAX_HEADERS} header fields`);
  }
  const hosts = countHeader(request.rawHeaders, 'host');
  if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1'))
    throw badRequest('expected one Host header');
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && BODILESS.has(request.method ?? '')) throw badRequest(`${request.method} takes no body`);
}

/** Whether `assertPlainRequest` lets it through. */
export function isPlainRequest(request: IncomingMessage, target: string): boolean {
  try {
    assertPlainRequest(request, target);
    return true;
  } catch {
    return false;
  }
}

function countHeader(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const text = rawHeaders[index];
    if (text?.length === name.length && text.toLowerCase() === name) count += 1;
  }
  return count;
}

function badRequest(message: string): ServiceError {
  return new ServiceError('bad_request', message);
}
