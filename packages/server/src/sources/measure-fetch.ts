import { ServiceError } from '../errors.ts';
import type { FetchRemote } from './fetch-remote.ts';

/**
 * The same fetch, told of when it has ended: `outcome` is what came of it, the code of the error, or `aborted` where
 * nobody wanted it any more.
 */
export function measureFetch(
  fetchRemote: FetchRemote,
  note: (outcome: string, durationMs: number) => void,
): FetchRemote {
  return async function measuredFetch(request) {
    const startedMs = performance.now();
    let outcome = 'aborted';
    try {
      const answer = await fetchRemote(request);
      outcome = answer.kind;
      return answer;
    } catch (error) {
      if (error instanceof ServiceError) outcome = error.code;
      throw error;
    } finally {
      note(outcome, performance.now() - startedMs);
    }
  };
}
