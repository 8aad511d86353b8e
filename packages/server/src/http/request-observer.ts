import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createGathering } from '../async/gather.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Traces } from '../observe/traces.ts';
import { createStageTimer, type StageTimer } from '../variants/stage-timer.ts';
import { clientIdOf } from './client-id.ts';
import type { FinishedRequest } from './finished-request.ts';
import { recipeOperation } from './recipe-operation.ts';
import { createLogRequest } from './request-log.ts';

/** Tells the log, the metrics and the traces of a request that has come to its end. */
export type ObserveRequest = (request: FinishedRequest) => void;

/** `flush` tells of those that have not been told of yet. */
export interface RequestObserver {
  readonly observeRequest: ObserveRequest;
  flush(): void;
}

/**
 * Telling of a request takes as long as a hit, where its code has been driven out of the processor's caches by renders;
 * of many in a row, a fraction of that.
 */
const GATHERED = { forMs: 100, most: 64 };

/** Creates it; without metrics and traces there is the log line alone. */
export function createRequestObserver(sinks: {
  log: FastifyBaseLogger;
  metrics: Metrics | undefined;
  traces: Traces | undefined;
}): RequestObserver {
  const { log, metrics, traces } = sinks;
  const logRequest = createLogRequest(log);
  const gathering = createGathering<FinishedRequest>(GATHERED, (requests) => {
    requests.forEach(tell);
    metrics?.noteRequests(requests);
  });
  return { observeRequest: gathering.add, flush: gathering.release };

  function tell(request: FinishedRequest): void {
    const { timer, format = 'none' } = request;
    const span = traces?.beginRequest(request);
    logRequest(request, span?.traceId);
    if (timer === undefined) {
      span?.end([]);
      return;
    }
    // What is stored is stored behind the answer.
    timer.whenEnded(() => {
      for (const { stage, durationMs } of timer.spans) metrics?.noteStage(stage, format, durationMs);
      span?.end(timer.spans);
    });
  }
}

/** What is noted of a request on its way. */
interface RequestRecord {
  readonly startedMs: number;
  timer: StageTimer | undefined;
  code: string | undefined;
}

const RECORD = 'record';

/** Has every request that the routes answer observed, also those whose clients leave before the end. */
export function observeRequests(app: FastifyInstance, observeRequest: ObserveRequest): void {
  app.decorateRequest(RECORD, null);
  app.addHook('onRequest', async (request, reply) => {
    const record: RequestRecord = {
      startedMs: performance.now(),
      timer: undefined,
      code: undefined,
    };
    request.setDecorator(RECORD, record);
    reply.raw.once('close', () => observeRequest(finishedRequest(request, reply, record)));
  });
}

/** The timer of a request's stages: one for each request, made when it is first asked for. */
export function stageTimerOf(request: FastifyRequest): StageTimer {
  const record = request.getDecorator<RequestRecord>(RECORD);
  record.timer ??= createStageTimer();
  return record.timer;
}

/** Notes that the answer is an error. */
export function noteErrorCode(request: FastifyRequest, code: string): void {
  const record = request.getDecorator<RequestRecord | null>(RECORD);
  if (record !== null) record.code = code;
}

function finishedRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  { startedMs, timer, code }: RequestRecord,
): FinishedRequest {
  const isWhole = reply.raw.writableFinished;
  const endedMs = performance.now();
  const route = routeLabel(request);
  const mediaType = text(reply.getHeader('content-type'));
  return {
    reqId: request.id,
    method: request.method,
    target: request.originalUrl,
    headers: request.headers,
    client: clientIdOf(request.raw),
    route,
    operation: recipeOperation(route, request.originalUrl),
    status: isWhole ? reply.statusCode : CLIENT_GONE,
    code: isWhole ? code : (code ?? 'client_gone'),
    endedMs,
    durationMs: endedMs - startedMs,
    bytes: isWhole && request.method !== 'HEAD' ? Number(reply.getHeader('content-length') ?? 0) : 0,
    cache: text(reply.getHeader('x-cache')),
    stages: text(reply.getHeader('server-timing')),
    format: mediaType?.startsWith('image/') ? mediaType.slice('image/'.length) : undefined,
    timer,
  };
}

/** The status of requests whose clients have left: what proxies log for it, too. */
export const CLIENT_GONE = 499;

function routeLabel(request: FastifyRequest): string {
  return request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
}

function text(header: unknown): string | undefined {
  return header === undefined ? undefined : String(header);
}
