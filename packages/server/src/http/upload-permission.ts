import type { UploadTerms } from '../originals/upload-terms.ts';
import { isUploadToken, type TokenUse, type UploadTokens } from '../originals/upload-tokens.ts';
import { type Authorize, bearerToken } from './api-keys.ts';

/** Permission for one upload, by what an `Authorization` header carries: an API key or an upload token. */
export type PermitUpload = (authorization: string | undefined) => Promise<TokenUse>;

/** Creates the check; it rejects with what the key or the token deserves. */
export function createPermitUpload(dependencies: {
  authorize: Authorize;
  uploadTokens: UploadTokens;
}): PermitUpload {
  const { authorize, uploadTokens } = dependencies;

  return async function permitUpload(authorization) {
    const bearer = bearerToken(authorization) ?? '';
    // Also where anybody may upload: whoever shows a token is held to its terms.
    if (isUploadToken(bearer)) return uploadTokens.begin(bearer);
    authorize(authorization, 'upload');
    return ANY_UPLOAD;
  };
}

const NO_TERMS: UploadTerms = {};
const ANY_UPLOAD: TokenUse = { terms: NO_TERMS, spend: (work) => work(), end: () => {} };
