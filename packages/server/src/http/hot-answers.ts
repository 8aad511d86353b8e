import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { VariantCache } from '../cache/variant-cache.ts';
import { clientIdOf } from './client-id.ts';
import { isPlainRequest } from './plain-request.ts';
import { recipeOperation } from './recipe-operation.ts';
import type { ObserveRequest } from './request-observer.ts';

const MAX_HOT_TARGETS = 10_000;
const ROUTE = '/image';
const TIMING = 'memory;dur=0.0';

/** A variant that was just served from memory: where it lies, and the headers that it was served with. */
export interface HotAnswer {
  readonly group: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

/**
 * Answers by their exact request target, for the pictures that everybody asks for: as long as the variant is in memory,
 * the same target is the same answer, so nothing has to be parsed, planned or hashed again. Only uploads' variants that
 * do not depend on the client are remembered; a DELETE takes the variant out of memory, and the answer with it.
 */
export interface HotAnswers {
  remember(target: string, answer: HotAnswer): void;
  /** Answers and returns true, or leaves the request untouched. */
  tryAnswer(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Creates the short way in front of the router. */
export function createHotAnswers(dependencies: {
  cache: VariantCache;
  observeRequest: ObserveRequest;
  requestId: () => string;
}): HotAnswers {
  const { cache, observeRequest, requestId } = dependencies;
  const answers = new LRUCache<string, HotAnswer & { headerList: string[]; operation: string }>({
    max: MAX_HOT_TARGETS,
  });

  function remember(target: string, answer: HotAnswer): void {
    const headers = { ...answer.headers, 'content-length': answer.bytes, 'server-timing': TIMING };
    const headerList = Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
    answers.set(target, { headerList, operation: recipeOperation(ROUTE, target), ...answer });
  }

  function tryAnswer(request: IncomingMessage, response: ServerResponse): boolean {
    const target = request.url ?? '';
    const answer = request.method === 'GET' ? answers.get(target) : undefined;
    if (answer === undefined || !isUnconditional(request)) return false;
    const entry = cache.peek(answer.group, answer.key);
    if (entry === undefined) {
      answers.delete(target);
      return false;
    }
    const startedMs = performance.now();
    response.writeHead(200, answer.headerList);
    response.end(entry.bytes, () => {
      const endedMs = performance.now();
      observeRequest({
        reqId: requestId(),
        method: 'GET',
        target,
        headers: request.headers,
        client: clientIdOf(request),
        route: ROUTE,
        operation: answer.operation,
        status: 200,
        code: undefined,
        endedMs,
        durationMs: endedMs - startedMs,
        bytes: entry.bytes.length,
        cache: 'hit',
        stages: TIMING,
        format: undefined,
        timer: undefined,
        kind: answer,
      });
    });
    return true;
  }

  return { remember, tryAnswer };
}

/** What needs more than the same bytes again, or is not quite right, goes the long way. */
function isUnconditional(request: IncomingMessage): boolean {
  return request.headers['if-none-match'] === undefined && isPlainRequest(request, request.url ?? '');
}
