import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { API_SCOPES, type ApiKey, parseApiKey } from './api-key.ts';
import { parseByteSize, printByteSize } from './byte-size.ts';

/** What is known of a kind of setting besides how it is read. */
export interface KindFacts {
  /** Completes "allowed: ..."; goes into problems and into the docs. */
  readonly allowed: string;
  /** Its values are printed as `***`. */
  readonly secret: boolean;
  /** Values that are known but refused, because what they ask for does not work yet. */
  readonly notYet: readonly string[];
}

/** The facts of every kind made here. */
export const kindFacts = z.registry<KindFacts>();

/** A value that was read, or what is wrong with the text; that completes "<name> ...". */
export type Reading<Value> = { readonly value: Value } | { readonly problem: string };

/** A kind of setting that is read in one piece. */
export function kind<Value>(
  facts: Partial<KindFacts> & { allowed: string },
  read: (text: string) => Reading<Value>,
) {
  return z
    .string()
    .transform((text, context): Value => {
      const reading = read(text);
      if ('value' in reading) return reading.value;
      context.issues.push({ code: 'custom', message: reading.problem, input: text });
      return z.NEVER;
    })
    .register(kindFacts, { secret: false, notYet: [], ...facts });
}

/** Bytes, `min` to `max`; written plain or with `kb`, `mb`, `gb`. */
export function byteSize({ min, max }: { min: number; max: number }) {
  const allowed = `bytes, or a number with kb, mb or gb; ${printByteSize(min)} to ${printByteSize(max)}`;
  return kind({ allowed }, (text) => {
    const bytes = parseByteSize(text);
    if (bytes === undefined) return { problem: 'is not a size' };
    return bytes < min || bytes > max ? { problem: 'is out of range' } : { value: bytes };
  });
}

/** A whole number, `min` to `max`, in decimal digits; `unit` is for the reader. */
export function wholeNumber({ min, max, unit }: { min: number; max: number; unit?: string }) {
  const allowed = `a whole number${unit === undefined ? '' : ` of ${unit}`}, ${min} to ${max}`;
  return kind({ allowed }, (text) => readWholeNumber(text, min, max));
}

/** Reads a whole number, `min` to `max`. */
export function readWholeNumber(text: string, min: number, max: number): Reading<number> {
  if (!/^\d+$/.test(text)) return { problem: 'is not a whole number' };
  const number = Number(text);
  return number < min || number > max ? { problem: 'is out of range' } : { value: number };
}

/** A whole number of pixels, 1 to `max`, that holds for every format. */
export function pixelLimit({ max }: { max: number }) {
  return kind({ allowed: `a whole number of pixels, 1 to ${max}` }, (text) => {
    const reading = readWholeNumber(text, 1, max);
    if ('problem' in reading) return reading;
    const pixels = reading.value;
    return { value: { light: pixels, middle: pixels, heavy: pixels, avif: pixels } };
  });
}

/** A decimal number, `min` to `max`, with a point. */
export function decimal({ min, max }: { min: number; max: number }) {
  return kind({ allowed: `a number, ${min} to ${max}` }, (text): Reading<number> => {
    if (!/^\d+(?:\.\d+)?$/.test(text)) return { problem: 'is not a number' };
    const number = Number(text);
    return number < min || number > max ? { problem: 'is out of range' } : { value: number };
  });
}

/** One of some words; `notYet` are words of later versions. */
export function choice<const Word extends string>(words: readonly Word[], notYet: readonly string[] = []) {
  return kind({ allowed: words.join(', '), notYet }, (text): Reading<Word> => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return { value: word };
    return {
      problem: notYet.includes(text)
        ? 'does not work in this version yet'
        : 'is not one of the allowed values',
    };
  });
}

/** `on` or `off`, read as true or false. */
export function toggle() {
  return kind({ allowed: 'on, off' }, (text) =>
    text === 'on' || text === 'off' ? { value: text === 'on' } : { problem: 'is neither on nor off' },
  );
}

/** A folder, as written: relative ones are not resolved here. */
export function folder() {
  return kind({ allowed: 'a folder; it is made where it is missing' }, (text) =>
    text.includes('\0') ? { problem: 'holds a zero byte' } : { value: text },
  );
}

/** A folder that is there already, as written: relative ones are not resolved here. */
export function existingFolder() {
  return kind({ allowed: 'a folder that exists' }, (text) =>
    text.includes('\0') ? { problem: 'holds a zero byte' } : { value: text },
  );
}

/** An IP address without brackets, or a host name. */
export function listenHost() {
  return kind({ allowed: 'an IP address (without brackets) or a host name' }, (text) =>
    isIP(text) !== 0 || HOST_NAME.test(text)
      ? { value: text }
      : { problem: 'is not an address or a host name' },
  );
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i;

/** A comma-separated list of whole numbers, each `min` to `max`. */
export function numberList({ min, max, unit }: { min: number; max: number; unit: string }) {
  return list({ allowed: `comma-separated ${unit}, each ${min} to ${max}` }, (entry) =>
    readWholeNumber(entry, min, max),
  );
}

/** Host patterns, lower case: `example.com` (that host alone), `*.example.com` (every host below it), an IP address. */
export function hostPatterns() {
  const allowed =
    'comma-separated host names, *.example.com for every host below one, or IP addresses; no ports';
  return list({ allowed }, (entry) => {
    const address = /^\[(.*)\]$/.exec(entry)?.[1] ?? entry;
    if (isIP(address) !== 0) return { value: address.toLowerCase() };
    const wildcard = entry.startsWith('*.') ? '*.' : '';
    const name = domainToASCII(entry.slice(wildcard.length)).toLowerCase();
    // `URL` takes a name that ends in a number for an address: `1.2.3.999` can be the host of none.
    const isHost = HOST_NAME.test(name) && URL.canParse(`http://${name}`);
    return isHost ? { value: wildcard + name } : { problem: 'is not a host pattern' };
  });
}

/** Address ranges as `address/bits`, IPv4 or IPv6; an address alone is a range of one. */
export function addressRanges() {
  const allowed = 'comma-separated addresses or ranges such as 10.0.0.0/8 or fd00::/8';
  return list({ allowed }, (entry) => {
    const [address = '', bits, ...rest] = entry.split('/');
    const width = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
    if (width === 0 || address.includes('%') || rest.length > 0)
      return { problem: 'is not an address range' };
    if (bits === undefined) return { value: `${address}/${width}` };
    return 'value' in readWholeNumber(bits, 0, width)
      ? { value: entry }
      : { problem: 'is not an address range' };
  });
}

/** The fewest characters that a secret may have. */
export const MIN_SECRET_LENGTH = 16;

/** Comma-separated secrets that fit into a header, each with what it allows: see `parseApiKey`. */
export function apiKeys() {
  const scopes = API_SCOPES.map((scope) => `:${scope}`).join(', ');
  const allowed =
    `comma-separated secrets of at least ${MIN_SECRET_LENGTH} visible ASCII characters each; ` +
    `one that ends in ${scopes} or :${API_SCOPES.join('+')} allows just that`;
  return list({ allowed, secret: true }, (entry): Reading<ApiKey> => {
    const key = parseApiKey(entry);
    if (key === undefined) return { problem: `ends in none of the scopes ${API_SCOPES.join(', ')}` };
    const problem = secretProblem(key.secret);
    if (problem !== undefined) return { problem };
    return /^[!-~]+$/.test(entry) ? { value: key } : { problem: 'has other than visible ASCII characters' };
  });
}

/** Comma-separated secrets that never leave the server. */
export function secrets() {
  const allowed = `comma-separated secrets of at least ${MIN_SECRET_LENGTH} characters each`;
  return list({ allowed, secret: true }, (entry): Reading<string> => {
    const problem = secretProblem(entry);
    return problem === undefined ? { value: entry } : { problem };
  });
}

function secretProblem(secret: string): string | undefined {
  return secret.length < MIN_SECRET_LENGTH ? `has only ${secret.length} characters` : undefined;
}

/** Web origins as browsers send them (`https://app.example.com`), or `*` for all of them. */
export function webOrigins() {
  const allowed = 'comma-separated origins such as https://app.example.com, or * for every one';
  return list({ allowed }, (entry) => {
    const isOrigin = /^https?:/.test(entry) && URL.canParse(entry) && new URL(entry).origin === entry;
    return entry === '*' || isOrigin ? { value: entry } : { problem: 'is not an origin' };
  });
}

/** A comma-separated list. */
export function list<Value>(
  facts: Partial<KindFacts> & { allowed: string },
  readEntry: (entry: string) => Reading<Value>,
) {
  return kind(facts, (text) => readList(text, readEntry));
}

/** Reads a comma-separated list; the first entry that is wrong is named by its position. */
export function readList<Value>(
  text: string,
  readEntry: (entry: string) => Reading<Value>,
): Reading<readonly Value[]> {
  const values: Value[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const reading = readEntry(entry.trim());
    // By position, not by value: the entry may be a secret.
    if ('problem' in reading)
      return { problem: `entry ${index + 1} ${entry.trim() === '' ? 'is empty' : reading.problem}` };
    values.push(reading.value);
  }
  return { value: values };
}
