const TAG_TABLE_AT = 128;
const TAG_BYTES = 12;
const MAX_TAGS = 100;

/** True where an ICC profile calls itself sRGB in its description (ICC.1:2022, sections 7.3 and 9.2.41). */
export function isSrgbProfile(profile: Buffer): boolean {
  return /sRGB/.test(profileDescription(profile));
}

/** Latin-1, or UTF-16 without its zero bytes: both leave English names as they are. Empty where there is none. */
function profileDescription(profile: Buffer): string {
  if (profile.length < TAG_TABLE_AT + 4) return '';
  const tags = Math.min(profile.readUInt32BE(TAG_TABLE_AT), MAX_TAGS);
  for (let tag = 0; tag < tags; tag += 1) {
    const at = TAG_TABLE_AT + 4 + tag * TAG_BYTES;
    if (at + TAG_BYTES > profile.length) return '';
    if (profile.toString('latin1', at, at + 4) !== 'desc') continue;
    const start = profile.readUInt32BE(at + 4);
    return profile.toString('latin1', start, start + profile.readUInt32BE(at + 8)).replaceAll('\0', '');
  }
  return '';
}
