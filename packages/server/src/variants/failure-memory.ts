import { LRUCache } from 'lru-cache';
import { type ErrorCode, ServiceError } from '../errors.ts';

/** What would fail in the same way again, and for how long nobody tries: long enough to spare the pool, short enough to forgive. */
const REMEMBERED_MS: Partial<Record<ErrorCode, number>> = {
  not_a_picture: 60_000,
  unsupported_format: 60_000,
  broken_picture: 60_000,
  too_many_pixels: 60_000,
  result_too_large: 60_000,
  maxbytes_unreachable: 60_000,
  render_deadline: 10_000,
};
const MAX_FAILURES = 10_000;

/** Remembers, by key, the failures that a second try would only repeat. */
export interface FailureMemory {
  /** Throws the failure remembered for this key, if there is one. */
  rethrow(key: string): void;
  /** Passes the work through; its failure is remembered where it is of a lasting kind. */
  remember<Value>(key: string, work: Promise<Value>): Promise<Value>;
}

/** Creates an empty memory of failures. */
export function createFailureMemory(): FailureMemory {
  const failures = new LRUCache<string, ServiceError>({ max: MAX_FAILURES });

  function rethrow(key: string): void {
    const failure = failures.get(key);
    if (failure !== undefined) throw failure;
  }

  async function remember<Value>(key: string, work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      const ttl = error instanceof ServiceError ? REMEMBERED_MS[error.code] : undefined;
      if (error instanceof ServiceError && ttl !== undefined) failures.set(key, error, { ttl });
      throw error;
    }
  }

  return { rethrow, remember };
}
