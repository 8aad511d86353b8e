import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
import { isOwnFetch } from '../sources/own-fetch.ts';
import { decodeParameter } from './request-target.ts';

/**
 * The URL of the remote picture that a request is about, from its parameter `url`, which is still encoded. Throws
 * `external_disabled`, `loop_refused` where this very server asks, or `bad_query`.
 */
export function remoteUrl(
  request: FastifyRequest,
  url: string | undefined,
  { externalEnabled }: { externalEnabled: boolean },
): string {
  if (!externalEnabled) throw new ServiceError('external_disabled', 'remote pictures are switched off here');
  if (isOwnFetch(request.headers.via))
    throw new ServiceError('loop_refused', 'a server does not fetch from itself');
  if (url === undefined || url === '')
    throw new ServiceError('bad_query', 'expected url=<address of a picture>');
  return decodeParameter(url);
}

/** Whether a parameter that is 0 or 1, or not there, says yes. */
export function isOn(name: string, value: string | undefined): boolean {
  if (value === undefined || value === '0') return false;
  if (value === '1') return true;
  throw new ServiceError('bad_query', `${name} is "${value.slice(0, 20)}"; expected 0 or 1`);
}
