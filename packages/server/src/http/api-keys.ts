import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey, ApiScope } from '../config/api-key.ts';
import { ServiceError } from '../errors.ts';

/**
 * The key in the `Authorization` header; undefined where there are no keys, and so anybody may. Throws `unauthorized`
 * where it carries none of them, `forbidden` where its key does not allow `scope`.
 */
export type Authorize = (authorization: string | undefined, scope: ApiScope) => ApiKey | undefined;

/** Creates the check of API keys; every key is compared, in constant time. */
export function createAuthorize(keys: readonly ApiKey[]): Authorize {
  const known = keys.map((key) => ({ key, digest: digest(key.secret) }));

  return function authorize(authorization, scope) {
    if (known.length === 0) return undefined;
    const given = digest(bearerToken(authorization) ?? '');
    const matches = known.filter((candidate) => timingSafeEqual(candidate.digest, given));
    if (matches.length === 0)
      throw new ServiceError('unauthorized', 'this needs an API key: Authorization: Bearer <key>');
    const allowing = matches.find(({ key }) => key.scopes.includes(scope));
    if (allowing === undefined)
      throw new ServiceError('forbidden', `this API key does not allow to ${scope}`);
    return allowing.key;
  };
}

/** Creates the check whether an `Authorization` header carries one of these secrets; each is compared, in constant time. */
export function createSecretCheck(
  secrets: readonly string[],
): (authorization: string | undefined) => boolean {
  const known = secrets.map(digest);

  return function carriesSecret(authorization) {
    const given = digest(bearerToken(authorization) ?? '');
    return known.filter((candidate) => timingSafeEqual(candidate, given)).length > 0;
  };
}

/** What an `Authorization` header of the scheme Bearer carries. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

/** Digests have one length whatever the key, as the constant-time comparison needs. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
