/** Most segments of a key, and most characters of one (a file name's limit on every common file system). */
const MAX_SEGMENTS = 8;
const MAX_SEGMENT_LENGTH = 255;

const SEGMENT = /^[a-z0-9_-][a-z0-9_.-]*$/;

/** The segments of a key or prefix; throws a plain Error where it breaks the grammar, which is a caller's mistake. */
export function parseBlobKey(key: string): string[] {
  const segments = key.split('/');
  if (segments.length > MAX_SEGMENTS || !segments.every(isBlobKeySegment)) {
    throw new Error(
      `Expected a blob key of one to ${MAX_SEGMENTS} segments of [a-z0-9_.-], none beginning with a dot, got ${JSON.stringify(key.slice(0, 100))}`,
    );
  }
  return segments;
}

/** May it be a segment of a key? What is not is foreign to the store: never listed, never deleted. */
export function isBlobKeySegment(name: string): boolean {
  return name.length <= MAX_SEGMENT_LENGTH && SEGMENT.test(name);
}

/** Can a key have as many segments as this? */
export function isBlobKeyDepth(segments: number): boolean {
  return segments <= MAX_SEGMENTS;
}
