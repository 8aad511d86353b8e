import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathSegments } from '@images-server/recipe';
import { createGathering } from '../async/gather.ts';
import type { ServiceError } from '../errors.ts';
import type { Originals } from '../originals/originals.ts';
import type { Renderer } from '../render/renderer.ts';
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
import { CLIENT_GONE, type ObserveRequest } from './request-observer.ts';
import { splitTarget } from './request-target.ts';

/**
 * Refuses variants of uploads for which there is no room among the renders, before the router: under overload most
 * requests end so, and what each of them costs is taken from those that are served.
 */
export interface EarlyRefusals {
  /** Leaves the request untouched, or returns true and, a moment later, refuses it or has it `goOn`. */
  tryRefuse(request: IncomingMessage, response: ServerResponse, goOn: () => void): boolean;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
  readonly startedMs: number;
  goOn(): void;
}

/**
 * Under overload renders drive this code out of the processor's caches between any two requests: of several in a row a
 * refusal takes half the time.
 */
const GATHERED = { forMs: 5, most: 64 };

/**
 * Whoever asks again the moment they are refused, over many connections, could have all of the server's time for
 * refusals. Above this rate they wait a moment, which costs nothing, and come less often for it.
 */
const REFUSALS = { perSecond: 2500, maxDelayMs: 40 };

/** Creates the short way out. */
export function createEarlyRefusals(dependencies: {
  renderer: Pick<Renderer, 'hasRoom'>;
  refuseEarly: RefuseEarly;
  originals: Pick<Originals, 'peek'>;
  readRecipe: ReadRecipe;
  observeRequest: ObserveRequest;
  requestId: () => string;
}): EarlyRefusals {
  const { renderer, refuseEarly, originals, readRecipe, observeRequest, requestId } = dependencies;
  const pace = createPace(REFUSALS);

  const gathering = createGathering<Exchange>(GATHERED, (exchanges) => exchanges.forEach(decide));

  function tryRefuse(request: IncomingMessage, response: ServerResponse, goOn: () => void): boolean {
    if (!isSimple(request) || renderer.hasRoom(clientIdOf(request))) return false;
    gathering.add({ request, response, target: request.url ?? '', startedMs: performance.now(), goOn });
    return true;
  }

  function decide(exchange: Exchange): void {
    const { request, response, target, goOn } = exchange;
    // Nothing that the router does would notice any more.
    if (response.destroyed) {
      observe(exchange, GONE);
      return;
    }
    const refusal = refuseEarly(clientIdOf(request), () => question(request, target));
    if (refusal === undefined) goOn();
    else pace(() => refuse(exchange, refusal));
  }

  function refuse(exchange: Exchange, refusal: ServiceError): void {
    const { response } = exchange;
    if (response.destroyed) {
      observe(exchange, GONE);
      return;
    }
    const { status, headers, body } = errorAnswer(refusal);
    const text = jsonText(body);
    const bytes = Buffer.byteLength(text);
    const headerList = [...FIXED_HEADERS, 'content-length', String(bytes)];
    for (const name in headers) headerList.push(name, headers[name] ?? '');
    response.writeHead(status, headerList);
    response.end(text);
    observe(exchange, { status, code: body.code, bytes });
  }

  function observe(
    { request, target, startedMs }: Exchange,
    answer: { status: number; code: string; bytes: number },
  ): void {
    const endedMs = performance.now();
    observeRequest({
      reqId: requestId(),
      method: 'GET',
      target,
      headers: request.headers,
      client: clientIdOf(request),
      route: ROUTE,
      operation: recipeOperation(ROUTE, target),
      endedMs,
      durationMs: endedMs - startedMs,
      cache: undefined,
      stages: undefined,
      format: undefined,
      timer: undefined,
      ...answer,
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

const GONE = { status: CLIENT_GONE, code: 'client_gone', bytes: 0 };

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
