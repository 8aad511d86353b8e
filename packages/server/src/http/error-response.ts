import { RecipeError } from '@images-server/recipe';
import { type ErrorCode, ServiceError } from '../errors.ts';

/** The only place where the domain's errors become HTTP statuses. */
const STATUS = {
  unknown_operation: 400,
  unknown_preset: 400,
  missing_argument: 400,
  bad_argument: 400,
  duplicate_setting: 400,
  empty_segment: 400,
  bad_path: 400,
  too_many_steps: 400,
  recipe_too_long: 400,
  bad_request: 400,
  bad_query: 400,
  bad_multipart: 400,
  bad_url: 400,
  page_not_found: 400,
  font_not_found: 400,
  unauthorized: 401,
  forbidden: 403,
  operation_not_allowed: 403,
  signature_required: 403,
  bad_signature: 403,
  token_used: 403,
  upload_disabled: 403,
  delete_disabled: 403,
  external_disabled: 403,
  process_disabled: 403,
  metrics_disabled: 403,
  address_refused: 403,
  host_not_allowed: 403,
  loop_refused: 403,
  not_found: 404,
  overlay_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  url_expired: 410,
  token_expired: 410,
  too_many_bytes: 413,
  too_many_pixels: 413,
  result_too_large: 413,
  target_too_long: 414,
  range_unsatisfiable: 416,
  headers_too_large: 431,
  too_many_requests: 429,
  not_a_picture: 415,
  unsupported_format: 415,
  broken_picture: 422,
  maxbytes_unreachable: 422,
  picture_refused: 422,
  client_gone: 499,
  internal: 500,
  storage_failed: 503,
  origin_failed: 502,
  queue_full: 503,
  render_crashed: 503,
  render_deadline: 503,
  shutting_down: 503,
  origin_timeout: 504,
  disk_full: 507,
} as const satisfies Record<ErrorCode, number>;

/** Every code, for the docs. */
export const ERROR_CODES = Object.keys(STATUS);

/** The body of every error answer. */
export interface ErrorBody {
  readonly status: 'error';
  readonly message: string;
  readonly code: ErrorCode;
  /** For a bad recipe: which segment, where it stands (from 0), what would be right. */
  readonly segment?: string;
  readonly position?: number;
  readonly expected?: string;
  readonly suggestion?: string;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** What to answer for an error; whatever is not one of ours says nothing of the inside. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof RecipeError) return recipeErrorAnswer(error);
  const known =
    error instanceof ServiceError ? error : new ServiceError('internal', 'something went wrong here');
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (known.retryAfterSeconds !== undefined) headers['retry-after'] = String(known.retryAfterSeconds);
  if (known.code === 'unauthorized') headers['www-authenticate'] = 'Bearer';
  return {
    status: STATUS[known.code],
    headers,
    body: { status: 'error', message: known.message, code: known.code },
  };
}

function recipeErrorAnswer(error: RecipeError): ErrorAnswer {
  const { code, message, position, expected, suggestion } = error;
  return {
    status: STATUS[code],
    headers: { 'cache-control': 'no-store' },
    body: {
      status: 'error',
      message,
      code,
      segment: error.segment,
      position,
      expected,
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  };
}
