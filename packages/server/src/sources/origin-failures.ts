import { LRUCache } from 'lru-cache';
import { type ErrorCode, ServiceError } from '../errors.ts';

/** What an origin would most likely answer again; other failures are ours or the client's. */
const CODES: readonly ErrorCode[] = [
  'address_refused',
  'origin_failed',
  'origin_timeout',
  'too_many_bytes',
  'not_a_picture',
  'unsupported_format',
  'broken_picture',
  'too_many_pixels',
];
const MAX_FAILURES = 10_000;

/** Remembers which origins have just failed, so that they are left alone for a moment. */
export interface OriginFailures {
  find(group: string): ServiceError | undefined;
  /** Passes the work through; its failure is remembered where it is the origin's, its success forgets the last one. */
  watch<Value>(group: string, work: Promise<Value>): Promise<Value>;
}

/** Creates an empty memory; each failure is remembered for `rememberMs`. */
export function createOriginFailures(rememberMs: number): OriginFailures {
  const failures = new LRUCache<string, ServiceError>({ max: MAX_FAILURES, ttl: rememberMs });

  async function watch<Value>(group: string, work: Promise<Value>): Promise<Value> {
    try {
      const value = await work;
      failures.delete(group);
      return value;
    } catch (error) {
      if (error instanceof ServiceError && CODES.includes(error.code)) failures.set(group, error);
      throw error;
    }
  }

  return { find: (group) => failures.get(group), watch };
}
