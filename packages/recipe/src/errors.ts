export type RecipeErrorCode =
  | 'unknown_operation'
  | 'unknown_preset'
  | 'operation_not_allowed'
  | 'missing_argument'
  | 'bad_argument'
  | 'duplicate_setting'
  | 'empty_segment'
  | 'bad_path'
  | 'too_many_steps'
  | 'recipe_too_long';

/** Thrown by an operation's `parse`: what is wrong with this one argument. `expected` completes "expected ...". */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  readonly expected: string;
  readonly suggestion: string | undefined;

  constructor(expected: string, suggestion?: string) {
    super(`expected ${expected}`);
    this.expected = expected;
    this.suggestion = suggestion;
  }
}

/** A recipe that cannot be read: which segment, where (from 0, counted in the recipe), and what would be right. */
export class RecipeError extends Error {
  override readonly name = 'RecipeError';
  readonly code: RecipeErrorCode;
  readonly segment: string;
  readonly position: number;
  readonly expected: string;
  readonly suggestion: string | undefined;

  constructor(details: {
    code: RecipeErrorCode;
    segment: string;
    position: number;
    expected: string;
    suggestion?: string | undefined;
  }) {
    const { code, segment, position, expected, suggestion } = details;
    const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
    super(`bad operations: "${segment}" (segment ${position}): expected ${expected}${hint}`);
    this.code = code;
    this.segment = segment;
    this.position = position;
    this.expected = expected;
    this.suggestion = suggestion;
  }
}
