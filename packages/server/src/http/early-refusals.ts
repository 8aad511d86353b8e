import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathSegments } from '@images-server/recipe';
import type { ServiceError } from '../errors.ts';
import type { Originals } from '../originals/originals.ts';
import type { RefuseEarly } from '../variants/refuse-early.ts';
import { clientIdOf } from './client-id.ts';
import { clientOf } from './client-of.ts';
import { errorAnswer } from './error-response.ts';
import { SAFETY_HEADERS } from './headers.ts';
import { jsonText } from './json-text.ts';
import { createPace } from './pace.ts';
import { isPlainRequest } from './plain-request.ts';
import type { ReadRecipe } from './read-recipe.ts';
import { recipeOperation } from './recipe-operation.ts';
import type { ObserveRequest } from './request-observer.ts';
import { splitTarget } from './request-target.ts';

/**
 * Refuses variants of uploads for which there is no room among the renders, before the router: under overload most
 * requests end so, and what each of them costs is taken from those that are served.
 */
export interface EarlyRefusals {
  /** Refuses and returns true, or leaves the request untouched. */
  tryRefuse(request: IncomingMessage, response: ServerResponse): boolean;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
  readonly startedMs: number;
}

/**
 * Whoever asks again the moment they are refused, over many connections, could have all of the server's time for
 * refusals. Above this rate they wait a moment, which costs nothing, and come less often for it.
 */
const REFUSALS = { perSecond: 2500, maxDelayMs: 40 };

/** Creates the short way out. */
export function createEarlyRefusals(dependencies: {
  refuseEarly: RefuseEarly;
  originals: Pick<Originals, 'peek'>;
  readRecipe: ReadRecipe;
  observeRequest: ObserveRequest;
  requestId: () => string;
}): EarlyRefusals {
  const { refuseEarly, originals, readRecipe, observeRequest, requestId } = dependencies;
  const pace = createPace(REFUSALS);

  function tryRefuse(request: IncomingMessage, response: ServerResponse): boolean {
    if (!isSimple(request)) return false;
    const startedMs = performance.now();
    const target = request.url ?? '';
    const refusal = refuseEarly(clientIdOf(request), () => question(request, target));
    if (refusal === undefined) return false;
    pace(() => refuse({ request, response, target, startedMs }, refusal));
    return true;
  }

  function refuse({ request, response, target, startedMs }: Exchange, refusal: ServiceError): void {
    const { status, headers, body } = errorAnswer(refusal);
    const text = jsonText(body);
    response.writeHead(status, [
      ...FIXED_HEADERS,
      ...Object.entries(headers).flat(),
      'content-length',
      String(Buffer.byteLength(text)),
    ]);
    response.end(text);
    const endedMs = performance.now();
    observeRequest({
      reqId: requestId(),
      method: 'GET',
      target,
      headers: request.headers,
      client: clientIdOf(request),
      route: ROUTE,
      operation: recipeOperation(ROUTE, target),
      status,
      code: body.code,
      endedMs,
      durationMs: endedMs - startedMs,
      bytes: Buffer.byteLength(text),
      cache: undefined,
      stages: undefined,
      format: undefined,
      timer: undefined,
    });
  }

  function question(request: IncomingMessage, target: string) {
    const { path } = splitTarget(target);
    const original = originals.peek(path.slice(PREFIX.length).split('/', 1)[0] ?? '');
    if (original === undefined) return undefined;
    const segments = pathSegments(path, 2);
    // The original itself needs no render.
    if (segments.length === 0) return undefined;
    return { recipe: readRecipe(segments), client: clientOf(request.headers), original };
  }

  return { tryRefuse };
}

const FIXED_HEADERS = Object.entries({
  ...SAFETY_HEADERS,
  'content-type': 'application/json; charset=utf-8',
}).flat();

const ROUTE = '/image';
const PREFIX = `${ROUTE}/`;

/** A GET whose answer needs no headers but its own: no condition, no page of another origin, nothing odd. */
function isSimple(request: IncomingMessage): boolean {
  const { method, url = '', headers } = request;
  return (
    method === 'GET' &&
    url.startsWith(PREFIX) &&
    headers['if-none-match'] === undefined &&
    headers.origin === undefined &&
    isPlainRequest(request, url)
  );
}
