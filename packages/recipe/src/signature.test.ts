import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSignature, signatureVerdict, signTarget, verifyTarget } from './signature.ts';

const SECRET = 'sixteen characters';
const OTHER = 'another of sixteen';
const NOW = 1_800_000_000;
const PICTURE = `/image/${'0123456789'.repeat(4)}`;

describe('signTarget', () => {
  it.each([
    [PICTURE, `${PICTURE}?signature=`],
    [`${PICTURE}/resize/50%25`, `${PICTURE}/resize/50%25?signature=`],
    ['/external?url=a&operations=resize/9x', '/external?url=a&operations=resize/9x&signature='],
  ])('puts the signature of %s behind it', async (target, beginning) => {
    const value = createHmac('sha256', SECRET).update(target).digest('base64url');
    expect(await signTarget(target, SECRET)).toBe(beginning + value);
  });

  it('signs the time at which the target ends', async () => {
    const signed = await signTarget(PICTURE, SECRET, { expires: NOW });
    const text = `${PICTURE}?expires=${NOW}`;
    expect(signed).toBe(`${text}&signature=${createHmac('sha256', SECRET).update(text).digest('base64url')}`);
    expect(await signTarget(text, SECRET)).toBe(signed);
  });

  it('takes the UTF-8 bytes of the secret', async () => {
    const value = createHmac('sha256', Buffer.from('geheim, sehr – 秘密', 'utf8'))
      .update('/')
      .digest('base64url');
    expect(await signTarget('/', 'geheim, sehr – 秘密')).toBe(`/?signature=${value}`);
  });

  it.each([
    ['image/a', undefined, 'begins with /'],
    ['/image/ü', undefined, 'percent-encoded ASCII'],
    ['/image/a b', undefined, 'percent-encoded ASCII'],
    ['/image/a#b', undefined, 'percent-encoded ASCII'],
    ['/image/a?signature=b', undefined, 'signed already'],
    ['/image/a?signature=b&c=d', undefined, 'signed already'],
    ['/image/a?expires=1', 2, '`expires` already'],
    ['/image/a?expires=soon', undefined, 'whole Unix seconds'],
    ['/image/a', 1.5, 'whole Unix seconds'],
    ['/image/a', Number.NaN, 'whole Unix seconds'],
  ])('refuses %s with expires %s', async (target, expires, message) => {
    const options = expires === undefined ? {} : { expires };
    await expect(signTarget(target, SECRET, options)).rejects.toThrow(message);
  });
});

describe('verifyTarget', () => {
  it.each([PICTURE, '/external?url=https%3A%2F%2Fexample.com%2Fa.png&operations=resize/40x'])(
    'takes what signTarget signed, by any of the secrets: %s',
    async (target) => {
      for (const secret of [SECRET, OTHER]) {
        const signed = await signTarget(target, secret, { expires: NOW + 1 });
        expect(await verify(signed)).toBe('valid');
      }
      expect(await verify(await signTarget(target, 'nobody knows this'))).toBe('bad_signature');
    },
  );

  it('tells what is unsigned from what lost its signature', async () => {
    expect(await verify(PICTURE)).toBe('unsigned');
    expect(await verify(`${PICTURE}?expires=${NOW + 1}`)).toBe('signature_required');
  });

  it('ends at the second that it names', async () => {
    const signed = await signTarget(PICTURE, SECRET, { expires: NOW });
    expect(await verifyTarget(signed, [SECRET], { nowSeconds: NOW - 0.001 })).toBe('valid');
    expect(await verifyTarget(signed, [SECRET], { nowSeconds: NOW })).toBe('url_expired');
  });

  it('says bad_signature, not url_expired, of what is both', async () => {
    const signed = await signTarget(PICTURE, 'nobody knows this', { expires: 1 });
    expect(await verify(signed)).toBe('bad_signature');
  });

  it('refuses a parameter that comes twice', async () => {
    const signed = await signTarget(`${PICTURE}?expires=${NOW + 1}`, SECRET);
    const value = signed.slice(signed.indexOf('signature='));
    expect(await verify(`${signed}&${value}`)).toBe('malformed');
    expect(await verify(`${signed}&signature`)).toBe('malformed');
    expect(await verify(`${signed}&expires=${NOW + 9}`)).toBe('malformed');
  });

  it('refuses a time that is none, though rightly signed', async () => {
    const text = `${PICTURE}?expires=tomorrow`;
    const signature = createHmac('sha256', SECRET).update(text).digest('base64url');
    expect(await verify(`${text}&signature=${signature}`)).toBe('malformed');
  });

  it('refuses a signature that is not the end, whatever stands behind or around it', async () => {
    const signed = await signTarget(PICTURE, SECRET);
    const value = signed.slice(signed.indexOf('=') + 1);
    for (const changed of [
      `${signed}&reset_cache=1`,
      `${signed}&`,
      `${signed}=`,
      `${signed}%3D`,
      `${PICTURE}?signature&${value}`,
      `${PICTURE}?a=b&signature=${value}`,
      `${PICTURE}?&signature=${value}`,
      `${PICTURE}/?signature=${value}`,
      signed.replace('/image', '/im\u0161ge'),
      signed.toUpperCase().replace('SIGNATURE', 'signature'),
    ]) {
      expect([changed, await verify(changed)]).toEqual([changed, 'bad_signature']);
    }
  });

  it('finds no signature in another name, in a value or in the path', async () => {
    const value = (await signTarget(PICTURE, SECRET)).slice(-43);
    for (const target of [
      `${PICTURE}?Signature=${value}`,
      `${PICTURE}?s%69gnature=${value}`,
      `${PICTURE}?url=b?signature=${value}`,
      `${PICTURE}&signature=${value}`,
    ]) {
      expect([target, await verify(target)]).toEqual([target, 'unsigned']);
    }
  });

  it('refuses the other spellings of the same base64 bytes', async () => {
    const signed = await signTarget(PICTURE, SECRET);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(signed.slice(-1));
    const sameBytes = signed.slice(0, -1) + alphabet[last + 1];
    expect(Buffer.from(sameBytes.slice(-43), 'base64url')).toEqual(
      Buffer.from(signed.slice(-43), 'base64url'),
    );
    expect(await verify(sameBytes)).toBe('bad_signature');
  });

  it('law: no change of any kind to a signed target is taken (100,000 of them)', () => {
    const targets = [PICTURE, `${PICTURE}/resize/400x400/crop/n100x100`, '/external?url=a&operations=flip/h'];
    const signed = targets.flatMap((target) => [sign(target), sign(addExpires(target))]);
    fc.assert(
      fc.property(fc.constantFrom(...signed), change(), (original, changed) => {
        const mutant = changed(original);
        fc.pre(mutant !== original);
        expect(judge(mutant)).not.toBe('valid');
      }),
      { numRuns: 100_000 },
    );
  }, 120_000);
});

function verify(target: string) {
  return verifyTarget(target, [OTHER, SECRET], { nowSeconds: NOW });
}

/** As the server does it: Node's HMAC in place of Web Crypto's, which costs ten times as much. */
function judge(target: string) {
  const parts = readSignature(target);
  const isRight = parts.signature === sign(parts.signedText).slice(-43);
  return signatureVerdict(parts, { isRight, nowSeconds: NOW });
}

function sign(target: string): string {
  const separator = target.includes('?') ? '&' : '?';
  return `${target}${separator}signature=${createHmac('sha256', SECRET).update(target, 'latin1').digest('base64url')}`;
}

function addExpires(target: string): string {
  return `${target}${target.includes('?') ? '&' : '?'}expires=${NOW + 1000}`;
}

/** One or a few bytes replaced, inserted, deleted, moved or doubled; parameters added, dropped or swapped. */
function change(): fc.Arbitrary<(text: string) => string> {
  const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const piece = fc.oneof(
    fc.string({ minLength: 1, maxLength: 4, unit: 'binary-ascii' }),
    fc.constantFrom('&', '?', '=', '%', '&signature=', '?signature=', '&expires=', '9', 'A', '_', '-'),
  );
  const index = (text: string, where: number) => Math.floor(where * text.length);
  return fc.oneof(
    fc.tuple(at, piece).map(([where, put]) => (text: string) => {
      const start = index(text, where);
      return text.slice(0, start) + put + text.slice(start + put.length);
    }),
    fc.tuple(at, piece).map(([where, put]) => (text: string) => {
      const start = index(text, where);
      return text.slice(0, start) + put + text.slice(start);
    }),
    fc.tuple(at, fc.integer({ min: 1, max: 60 })).map(([where, length]) => (text: string) => {
      const start = index(text, where);
      return text.slice(0, start) + text.slice(start + length);
    }),
    fc.tuple(at, at).map(([from, to]) => (text: string) => {
      const [start, end] = [index(text, Math.min(from, to)), index(text, Math.max(from, to))];
      return text.slice(0, start) + text.slice(end) + text.slice(start, end);
    }),
    fc.constantFrom(
      (text: string) => text + text.slice(text.lastIndexOf('signature=') - 1),
      (text: string) => text.replace(/[?&]signature=.*/, ''),
      (text: string) => text.replace(/[?&]expires=\d+/, ''),
      (text: string) => text.replace(/(.*)[?&](signature=.*)/, '$1?$2&a=b'),
      (text: string) => decodeURIComponent(text),
      (text: string) => `${text}=`,
    ),
  );
}
