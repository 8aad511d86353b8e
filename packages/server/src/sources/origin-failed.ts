import { ServiceError } from '../errors.ts';

/** One text for every way in which a host is not there: which one it was is nobody's business but the operator's. */
export const UNREACHABLE = 'the origin cannot be reached, or its answer breaks off';

/** The error for an origin that does not hand over its picture. `cause` goes into the log, not to the client. */
export function originFailed(message: string, cause?: unknown): ServiceError {
  return new ServiceError('origin_failed', message, cause === undefined ? {} : { cause });
}
