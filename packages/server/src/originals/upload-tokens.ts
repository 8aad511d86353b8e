import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { BlobStore } from '../blobs/blob-store.ts';
import { ServiceError } from '../errors.ts';
import { INPUT_FORMATS } from '../render/protocol.ts';
import type { UploadTerms } from './upload-terms.ts';

/** Permission for one upload, under its own terms, until a time. */
export interface IssuedToken {
  readonly token: string;
  /** Unix seconds. */
  readonly expires: number;
}

/** A token that nobody else can use meanwhile. */
export interface TokenUse {
  readonly terms: UploadTerms;
  /** Does the work with the token marked as used, durably. Where the work fails, the token is not used after all. */
  spend<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Has to be called when all is over; a token that was not spent can be used again from here on. */
  end(): void;
}

/** Tokens for uploads by whoever has no API key: a browser. */
export interface UploadTokens {
  /** `secret`: the API key in whose name; undefined where there are none. `expiresSeconds`: from now on. */
  issue(order: { terms: UploadTerms; expiresSeconds: number; secret: string | undefined }): IssuedToken;
  /** Rejects with `unauthorized` (not ours), `token_expired` or `token_used` (also: in use just now). */
  begin(token: string): Promise<TokenUse>;
  /** Forgets the used tokens whose time has long passed. */
  sweep(): Promise<void>;
}

/**
 * Creates the tokens' side of uploads. A token carries its terms, signed with a key made from the API key in whose name
 * it was issued, so that it survives a restart and goes when that key goes; without API keys it lasts as long as this
 * process. Used ones are kept by name in the originals' store until their time has passed. That a token works once is
 * exact for one server on a store; of several, each would take it while none has stored its mark.
 */
export function createUploadTokens(dependencies: {
  blobs: BlobStore;
  /** Of the API keys that may upload. */
  secrets: readonly string[];
  /** Unix milliseconds. */
  now?: () => number;
}): UploadTokens {
  const { blobs, secrets, now = Date.now } = dependencies;
  const ownKey = randomBytes(32);
  const keys = secrets.length === 0 ? [ownKey] : secrets.map(tokenKey);
  const inUse = new Set<string>();
  const nowSeconds = () => Math.floor(now() / 1000);

  function issue(order: { terms: UploadTerms; expiresSeconds: number; secret: string | undefined }) {
    const { terms, expiresSeconds, secret } = order;
    const expires = nowSeconds() + expiresSeconds;
    const content: TokenContent = { id: randomBytes(16).toString('hex'), expires, ...terms };
    const text = PREFIX + Buffer.from(JSON.stringify(content)).toString('base64url');
    const key = secret === undefined ? ownKey : tokenKey(secret);
    return { token: `${text}.${signatureOf(text, key)}`, expires };
  }

  async function begin(token: string): Promise<TokenUse> {
    const { id, expires, ...terms } = readToken(token, keys);
    if (expires <= nowSeconds())
      throw new ServiceError('token_expired', 'the time of this upload token has passed');
    const mark = `${FOLDER}/${expires}-${id}`;
    if (inUse.has(id)) throw usedToken();
    inUse.add(id);
    const end = () => void inUse.delete(id);
    try {
      if ((await blobs.stat(mark)) !== undefined) throw usedToken();
    } catch (error) {
      end();
      throw error;
    }
    return { terms, spend: (work) => spend(mark, work), end };
  }

  /** The mark comes first: a crash in between costs a token, and never lets one be used twice. */
  async function spend<Value>(mark: string, work: () => Promise<Value>): Promise<Value> {
    await blobs.put(mark, { bytes: Buffer.from('used') });
    try {
      return await work();
    } catch (error) {
      await blobs.delete(mark);
      throw error;
    }
  }

  async function sweep(): Promise<void> {
    for await (const { key } of blobs.list(FOLDER)) {
      const expires = Number(/\/(\d+)-/.exec(key)?.[1]);
      if (expires + KEPT_AFTER_EXPIRY_SECONDS < nowSeconds()) await blobs.delete(key);
    }
  }

  return { issue, begin, sweep };
}

/** True for what looks like an upload token, right or not; API keys do not. */
export function isUploadToken(text: string): boolean {
  return TOKEN.test(text);
}

const FOLDER = 'tokens';
const PREFIX = 'upload.';
const TOKEN = /^upload\.([\w-]+)\.([\w-]{43})$/;

/** A clock that is set back must not bring used tokens back to life. */
const KEPT_AFTER_EXPIRY_SECONDS = 24 * 60 * 60;

const tokenContent = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** Unix seconds. */
  expires: z.int().positive(),
  maxBytes: z.int().positive().optional(),
  formats: z.array(z.enum(INPUT_FORMATS)).readonly().optional(),
  recipe: z.string().optional(),
});
type TokenContent = z.input<typeof tokenContent>;

function readToken(token: string, keys: readonly Buffer[]): z.output<typeof tokenContent> {
  const [, content = '', signature = ''] = TOKEN.exec(token) ?? [];
  const given = Buffer.from(signature);
  const matches = keys.filter((key) => {
    const right = Buffer.from(signatureOf(PREFIX + content, key));
    return right.length === given.length && timingSafeEqual(right, given);
  });
  if (matches.length === 0)
    throw new ServiceError('unauthorized', 'this upload token is none of this server');
  return tokenContent.parse(JSON.parse(Buffer.from(content, 'base64url').toString('utf8')));
}

/** A key of its own: what the same secret signs elsewhere is no token. */
function tokenKey(secret: string): Buffer {
  return createHmac('sha256', secret).update('images-server upload token').digest();
}

function signatureOf(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

function usedToken(): ServiceError {
  return new ServiceError('token_used', 'this upload token has been used, or is in use just now');
}
