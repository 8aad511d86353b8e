import { createHash, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../errors.ts';

/** Throws `unauthorized` unless the `Authorization` header carries one of the keys; where there are no keys, anybody may. */
export type Authorize = (authorization: string | undefined) => void;

/** Creates the check of API keys; every key is compared, in constant time. */
export function createAuthorize(keys: readonly string[]): Authorize {
  const digests = keys.map(digest);

  return function authorize(authorization) {
    if (digests.length === 0) return;
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
    const given = digest(token);
    const matches = digests.filter((known) => timingSafeEqual(known, given));
    if (matches.length === 0)
      throw new ServiceError('unauthorized', 'this needs an API key: Authorization: Bearer <key>');
  };
}

/** Digests have one length whatever the key, as the constant-time comparison needs. */
function digest(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}
