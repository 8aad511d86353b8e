import type { RecipeErrorCode } from '@images-server/recipe';

/** Every way in which a request can fail; each has one status, in `http/error-response.ts`. */
export type ErrorCode =
  | RecipeErrorCode
  | 'bad_request'
  | 'bad_query'
  | 'bad_multipart'
  | 'unauthorized'
  | 'forbidden'
  | 'signature_required'
  | 'bad_signature'
  | 'url_expired'
  | 'token_used'
  | 'token_expired'
  | 'upload_disabled'
  | 'delete_disabled'
  | 'external_disabled'
  | 'process_disabled'
  | 'metrics_disabled'
  | 'not_found'
  | 'overlay_not_found'
  | 'method_not_allowed'
  | 'too_many_bytes'
  | 'too_many_pixels'
  | 'result_too_large'
  | 'page_not_found'
  | 'font_not_found'
  | 'maxbytes_unreachable'
  | 'not_a_picture'
  | 'unsupported_format'
  | 'broken_picture'
  | 'picture_refused'
  | 'bad_url'
  | 'address_refused'
  | 'host_not_allowed'
  | 'loop_refused'
  | 'request_timeout'
  | 'target_too_long'
  | 'headers_too_large'
  | 'range_unsatisfiable'
  | 'origin_failed'
  | 'origin_timeout'
  | 'queue_full'
  | 'too_many_requests'
  | 'render_crashed'
  | 'render_deadline'
  | 'shutting_down'
  | 'disk_full'
  | 'storage_failed'
  | 'client_gone'
  | 'internal';

/** A request that cannot be answered, said in the domain's words; HTTP statuses are `http/`'s business. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ErrorCode;
  /** When trying again makes sense, in whole seconds; undefined where it does not. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
