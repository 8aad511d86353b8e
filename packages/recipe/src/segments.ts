import { RecipeError } from './errors.ts';

/**
 * Throws `RecipeError` for what no segment of a recipe may be, decoded as it is: nothing, a dot segment, text with a
 * slash, a backslash, a control character or half a surrogate pair. What passes can be printed into a path and read back.
 */
export function checkSegments(segments: readonly string[]): void {
  for (const [position, segment] of segments.entries()) {
    if (segment === '') {
      throw new RecipeError({
        code: 'empty_segment',
        segment,
        position,
        expected: 'no empty segment (a doubled or trailing "/")',
      });
    }
    if (segment === '.' || segment === '..' || FORBIDDEN.test(segment)) {
      throw badPath(segment, position, 'no dot segment, slash, backslash or control character');
    }
  }
}

const FORBIDDEN = /[/\\\p{Cc}\p{Cs}]/u;

/** A segment that cannot stand in a path. */
export function badPath(segment: string, position: number, expected: string): RecipeError {
  return new RecipeError({ code: 'bad_path', segment: shortened(segment), position, expected });
}

/** At most 100 characters of a segment, for errors: whatever was sent is not sent back at length. */
export function shortened(segment: string): string {
  return segment.length > 100 ? `${segment.slice(0, 99)}…` : segment;
}
