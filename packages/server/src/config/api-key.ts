import { editDistance } from './unknown-names.ts';

/** What a key can allow. */
export const API_SCOPES = ['upload', 'delete', 'process'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

/** A secret that allows some or all of writing. */
export interface ApiKey {
  /** Visible ASCII. */
  readonly secret: string;
  readonly scopes: readonly ApiScope[];
}

/**
 * Reads `<secret>` (all scopes) or `<secret>:<scope>[+<scope>...]`. What follows the last colon belongs to the secret
 * unless it is scopes; undefined where it is all but a scope: a typo must not be part of a secret that nobody knows.
 */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, secret = '', ending = ''] = /^(.*):([a-z]+(?:\+[a-z]+)*)$/.exec(text) ?? [];
  const words = ending.split('+');
  const scopes = API_SCOPES.filter((scope) => words.includes(scope));
  if (scopes.length > 0 && words.every(isScope)) return { secret, scopes };
  if (words.some(looksLikeScope)) return undefined;
  return { secret: text, scopes: API_SCOPES };
}

const MAX_TYPO = 2;

function isScope(word: string): boolean {
  return API_SCOPES.some((scope) => scope === word);
}

function looksLikeScope(word: string): boolean {
  return API_SCOPES.some((scope) => editDistance(word, scope) <= MAX_TYPO);
}
