import type { Original } from '../sources/source.ts';

/** Uploads never change; an answer made of a remote picture lasts as long as that is known to be fresh. */
export function cacheControl(freshness: Original['freshness'], maxAgeSeconds: number): string {
  if (freshness.kind === 'immutable') return `public, max-age=${maxAgeSeconds}, immutable`;
  const remainingSeconds = Math.max(0, Math.floor((freshness.freshUntilMs - Date.now()) / 1000));
  return `public, max-age=${Math.min(remainingSeconds, maxAgeSeconds)}, stale-while-revalidate=60`;
}
