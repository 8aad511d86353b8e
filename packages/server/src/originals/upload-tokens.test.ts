import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '../blobs/blob-store.ts';
import { openMemoryStore } from '../blobs/memory.ts';
import type { UploadTerms } from './upload-terms.ts';
import { createUploadTokens, isUploadToken } from './upload-tokens.ts';

const SECRET = 'an-api-key-of-enough-letters';
const OTHER = 'another-key-of-enough-letters';
const TERMS: UploadTerms = { maxBytes: 1000, formats: ['jpeg', 'png'], recipe: 'resize/200x' };

let blobs: BlobStore;
let timeMs: number;

beforeEach(() => {
  timeMs = 1_800_000_000_000;
  blobs = openMemoryStore();
});
afterEach(async () => {
  await blobs.close();
});

function tokensOf(...secrets: string[]) {
  return createUploadTokens({ blobs, secrets, now: () => timeMs });
}

function issue(tokens = tokensOf(SECRET), terms: UploadTerms = TERMS) {
  return tokens.issue({ terms, expiresSeconds: 60, secret: SECRET }).token;
}

async function spend(tokens: ReturnType<typeof tokensOf>, token: string): Promise<void> {
  const use = await tokens.begin(token);
  await use.spend(async () => undefined);
  use.end();
}

describe('createUploadTokens', () => {
  it('carries the terms', async () => {
    const tokens = tokensOf(SECRET);
    const { token, expires } = tokens.issue({ terms: TERMS, expiresSeconds: 60, secret: SECRET });
    expect(expires).toBe(timeMs / 1000 + 60);
    expect((await tokens.begin(token)).terms).toEqual(TERMS);
    expect((await tokens.begin(issue(tokens, {}))).terms).toEqual({});
  });

  it('takes a token once, also after a restart', async () => {
    const token = issue();
    await spend(tokensOf(SECRET), token);
    await expect(tokensOf(SECRET).begin(token)).rejects.toMatchObject({ code: 'token_used' });
  });

  it('lets one of many at once have it', async () => {
    const tokens = tokensOf(SECRET);
    const token = issue(tokens);
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => tokens.begin(token)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('leaves a token unused where nothing came of the upload', async () => {
    const tokens = tokensOf(SECRET);
    const token = issue(tokens);
    (await tokens.begin(token)).end();
    const second = await tokens.begin(token);
    const failed = second.spend(async () => {
      throw new Error('the disk is full');
    });
    await expect(failed).rejects.toThrow('the disk is full');
    second.end();
    await spend(tokens, token);
    await expect(tokens.begin(token)).rejects.toMatchObject({ code: 'token_used' });
  });

  it('marks a token before the work begins', async () => {
    const tokens = tokensOf(SECRET);
    const token = issue(tokens);
    const use = await tokens.begin(token);
    await use.spend(async () => {
      await expect(tokensOf(SECRET).begin(token)).rejects.toMatchObject({ code: 'token_used' });
    });
  });

  it('ends at its time', async () => {
    const tokens = tokensOf(SECRET);
    const token = issue(tokens);
    timeMs += 59_000;
    (await tokens.begin(token)).end();
    timeMs += 1000;
    await expect(tokens.begin(token)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('goes with the key in whose name it was issued', async () => {
    const token = issue();
    (await tokensOf(OTHER, SECRET).begin(token)).end();
    await expect(tokensOf(OTHER).begin(token)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('lasts as long as the process where there are no keys', async () => {
    const tokens = tokensOf();
    const { token } = tokens.issue({ terms: TERMS, expiresSeconds: 60, secret: undefined });
    (await tokens.begin(token)).end();
    await expect(tokensOf().begin(token)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('takes nothing that the secret itself has signed', async () => {
    const content = issue().split('.')[1] ?? '';
    for (const text of [content, `upload.${content}`]) {
      const signature = createHmac('sha256', SECRET).update(text).digest('base64url');
      const forged = tokensOf(SECRET).begin(`upload.${content}.${signature}`);
      await expect(forged).rejects.toMatchObject({ code: 'unauthorized' });
    }
  });

  it('law: a token with any character exchanged is none', async () => {
    const tokens = tokensOf(SECRET);
    const token = issue(tokens);
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...characters), async (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        fc.pre(changed !== token);
        await expect(tokens.begin(changed)).rejects.toMatchObject({ code: 'unauthorized' });
      }),
      { numRuns: 2000 },
    );
  });

  it('sweeps what was used, a day after its time', async () => {
    const tokens = tokensOf(SECRET);
    await spend(tokens, issue(tokens));
    timeMs += 24 * 3_600_000;
    await spend(tokens, issue(tokens));
    expect(await marks()).toBe(2);
    await tokens.sweep();
    expect(await marks()).toBe(2);
    timeMs += 61_000;
    await tokens.sweep();
    expect(await marks()).toBe(1);
  });
});

describe('isUploadToken', () => {
  it('tells tokens from API keys', () => {
    expect(isUploadToken(issue())).toBe(true);
    for (const key of [SECRET, 'upload.secret-of-16-letters', '', 'upload..']) {
      expect(isUploadToken(key)).toBe(false);
    }
  });
});

async function marks(): Promise<number> {
  let count = 0;
  for await (const _ of blobs.list('tokens')) count += 1;
  return count;
}
