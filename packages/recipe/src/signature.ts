/** A request target taken apart at its signature, and nothing decoded. */
export interface SignatureParts {
  /** What is signed: the target up to but without the `?` or `&` before `signature=`; all of it where there is none. */
  readonly signedText: string;
  /** Undefined where there is none; empty where it is not the end of the target. */
  readonly signature: string | undefined;
  /** As written; undefined where there is none. */
  readonly expires: string | undefined;
  /** `signature` or `expires` comes more than once. */
  readonly isRepeated: boolean;
}

/**
 * What a signature is worth: `unsigned` (there is none, nor an `expires`), `valid`, `bad_signature` (changed, misplaced,
 * of an unknown key), `signature_required` (`expires` alone, which nobody vouches for), `url_expired` (right, but past
 * its time), `malformed` (a parameter twice, or a rightly signed `expires` that is no time).
 */
export type SignatureVerdict =
  | 'unsigned'
  | 'valid'
  | 'bad_signature'
  | 'signature_required'
  | 'url_expired'
  | 'malformed';

/**
 * The target with its signature at the end: HMAC-SHA256 over the target, keyed with the UTF-8 bytes of `secret`, as
 * base64url without padding. `target` is the path and query of a request exactly as it will be sent: percent-encoded
 * as browsers do (`%3E`, not `>`), without `#`. `expires` (Unix seconds) ends it. Rejects with a `TypeError` for what
 * cannot be sent like this, or is signed already.
 */
export async function signTarget(
  target: string,
  secret: string,
  { expires }: { expires?: number } = {},
): Promise<string> {
  const ending = expires === undefined ? '' : `${separator(target)}expires=${expires}`;
  const text = target + ending;
  const parts = readSignature(text);
  if (!SENDABLE.test(target)) throw new TypeError('a target begins with / and is percent-encoded ASCII');
  if (parts.signature !== undefined) throw new TypeError('the target is signed already');
  if (parts.isRepeated) throw new TypeError('the target has an `expires` already');
  if (parts.expires !== undefined && !UNIX_SECONDS.test(parts.expires))
    throw new TypeError('`expires` is a time in whole Unix seconds');
  return `${text}${separator(text)}signature=${await signatureOf(text, secret)}`;
}

/** What the signature of a target is worth, by any of the secrets. `nowSeconds`: Unix seconds, by default the clock's. */
export async function verifyTarget(
  target: string,
  secrets: readonly string[],
  { nowSeconds = Date.now() / 1000 }: { nowSeconds?: number } = {},
): Promise<SignatureVerdict> {
  const parts = readSignature(target);
  const { signedText, signature } = parts;
  if (signature === undefined) return signatureVerdict(parts, { isRight: false, nowSeconds });
  // A wider character would lose its upper half among the bytes.
  const isBytes = /^[\0-\xff]*$/.test(signedText);
  const known = await Promise.all(isBytes ? secrets.map((secret) => signatureOf(signedText, secret)) : []);
  // All of them, whichever fits: the time tells nothing of how many there are to come.
  const matches = known.filter((candidate) => isSameText(candidate, signature));
  return signatureVerdict(parts, { isRight: matches.length > 0, nowSeconds });
}

/** Takes a raw request target apart: cut at the first `?`, then at `&`. */
export function readSignature(target: string): SignatureParts {
  const query = target.indexOf('?') + 1;
  const counts = { signature: 0, expires: 0 };
  let found: Omit<SignatureParts, 'isRepeated'> = {
    signedText: target,
    signature: undefined,
    expires: undefined,
  };
  let at = query;
  for (const pair of query === 0 ? [] : target.slice(query).split('&')) {
    const [name = '', ...values] = pair.split('=');
    const value = values.join('=');
    if (name === 'expires') {
      counts.expires += 1;
      found = { ...found, expires: value };
    } else if (name === 'signature') {
      counts.signature += 1;
      const isLast = at + pair.length === target.length;
      // With anything after it, it is not the signature that somebody made: no value is right.
      found = { ...found, signedText: target.slice(0, at - 1), signature: isLast ? value : '' };
    }
    at += pair.length + 1;
  }
  return { ...found, isRepeated: counts.signature > 1 || counts.expires > 1 };
}

/** Judges a target whose signature has been compared: `isRight` where it is one of `signedText` by a known secret. */
export function signatureVerdict(
  { signature, expires, isRepeated }: SignatureParts,
  { isRight, nowSeconds }: { isRight: boolean; nowSeconds: number },
): SignatureVerdict {
  if (isRepeated) return 'malformed';
  if (signature === undefined) return expires === undefined ? 'unsigned' : 'signature_required';
  if (!isRight) return 'bad_signature';
  if (expires === undefined) return 'valid';
  if (!UNIX_SECONDS.test(expires)) return 'malformed';
  return nowSeconds < Number(expires) ? 'valid' : 'url_expired';
}

const UNIX_SECONDS = /^\d{1,15}$/;
const SENDABLE = /^\/[!-"$-~]*$/;

function separator(target: string): '?' | '&' {
  return target.includes('?') ? '&' : '?';
}

async function signatureOf(text: string, secret: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, [
    'sign',
  ]);
  return base64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytesOf(text))));
}

/** One byte for each character, as HTTP sends a target and as Node hands it over. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function base64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** In a time that depends on the lengths only. As texts: base64 has several spellings of the same bytes. */
function isSameText(known: string, given: string): boolean {
  let difference = known.length ^ given.length;
  for (let at = 0; at < known.length; at += 1) difference |= known.charCodeAt(at) ^ given.charCodeAt(at);
  return difference === 0;
}

/** What browsers and Node have as globals alike; the package is typed without either. */
declare const crypto: {
  readonly subtle: {
    importKey(
      format: 'raw',
      secret: Uint8Array,
      algorithm: { name: string; hash: string },
      extractable: boolean,
      usages: readonly string[],
    ): Promise<object>;
    sign(algorithm: string, key: object, data: Uint8Array): Promise<ArrayBuffer>;
  };
};
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare function btoa(binary: string): string;
