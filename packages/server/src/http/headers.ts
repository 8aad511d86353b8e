/** On every answer: bytes are what their type says, and a picture opened as a page can do nothing. */
export const SAFETY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
} as const;

/** The media types of pictures, by format. */
export const MEDIA_TYPES = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
  tiff: 'image/tiff',
  svg: 'image/svg+xml',
} as const;

/** `Server-Timing` of the stages: whole name, milliseconds to a tenth. */
export function serverTiming(stages: ReadonlyMap<string, number>): string {
  return [...stages].map(([stage, durationMs]) => `${stage};dur=${durationMs.toFixed(1)}`).join(', ');
}

/** True where `If-None-Match` names this entity tag (weak comparison, RFC 9110 section 13.1.2) or is `*`. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((candidate) => {
    const tag = candidate.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}

/** A strong entity tag: the name is one of bytes. */
export function etagOf(name: string): string {
  return `"${name}"`;
}
