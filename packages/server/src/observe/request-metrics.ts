import { Counter, Histogram, type Registry } from 'prom-client';

/** A request that has been answered, or whose client has gone. */
export interface MeasuredRequest {
  /** The route's own path (`/image`), never what the client wrote; `none` where there is no such route. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  /** The first operation of the recipe, `none` without one. */
  readonly operation: string;
  /** As `X-Cache` says it; undefined for what is never cached. */
  readonly cache: string | undefined;
  readonly durationMs: number;
  /** Bytes of the body. */
  readonly bytes: number;
  /** The error's code; undefined where it was no error. */
  readonly code: string | undefined;
}

export interface RequestMetrics {
  noteRequests(requests: readonly MeasuredRequest[]): void;
  /** Bytes that were no request have been answered with that error. */
  noteRefusal(code: string): void;
  /** A stage of making an answer: `format` is the variant's, `none` where it came to none. */
  noteStage(stage: string, format: string, durationMs: number): void;
}

/** Requests with the same labels. */
interface Alike {
  readonly request: MeasuredRequest;
  times: number;
  bytes: number;
}

/** From what memory answers to what the longest deadlines allow, seconds. */
const REQUEST_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Labels have to be of a bounded set. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Creates the metrics of requests and of the stages of the flow. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'images_requests_total',
    help: 'Requests by route, method, status and the first operation of their recipe.',
    labelNames: ['route', 'method', 'status', 'operation'],
    registers,
  });
  const durations = new Histogram({
    name: 'images_request_duration_seconds',
    help: 'Time from a request to the end of its answer, by route and what the cache had.',
    labelNames: ['route', 'cache'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const sent = new Counter({
    name: 'images_response_bytes_total',
    help: 'Bytes of the bodies of answers.',
    labelNames: ['route'],
    registers,
  });
  const refusals = new Counter({
    name: 'images_errors_total',
    help: 'Answers that were errors, by their code; also to what was no HTTP.',
    labelNames: ['code'],
    registers,
  });
  const uploads = new Counter({
    name: 'images_uploads_total',
    help: 'Pictures that were uploaded and stored.',
    registers,
  });
  const deletions = new Counter({
    name: 'images_deletions_total',
    help: 'Pictures that were deleted.',
    registers,
  });
  const stages = new Histogram({
    name: 'images_stage_duration_seconds',
    help: 'Time of each stage of making a variant, by the format that came of it.',
    labelNames: ['stage', 'format'],
    buckets: REQUEST_BUCKETS,
    registers,
  });

  function count({ request, times, bytes }: Alike): void {
    const { route, status, operation, code } = request;
    const method = METHODS.has(request.method) ? request.method : 'other';
    requests.inc({ route, method, status, operation }, times);
    sent.inc({ route }, bytes);
    if (code !== undefined) refusals.inc({ code }, times);
    else if (route === '/upload' && method === 'POST' && status === 200) uploads.inc(times);
    else if (route === '/image' && method === 'DELETE' && status === 200) deletions.inc(times);
  }

  return {
    noteRequests(ended) {
      const alikeByLabels = new Map<string, Alike>();
      for (const request of ended) {
        const { route, method, status, operation, cache = 'none', code, durationMs } = request;
        durations.observe({ route, cache }, durationMs / 1000);
        const labels = `${route} ${method} ${status} ${operation} ${code}`;
        const alike = alikeByLabels.get(labels) ?? { request, times: 0, bytes: 0 };
        alikeByLabels.set(labels, alike);
        alike.times += 1;
        alike.bytes += request.bytes;
      }
      for (const alike of alikeByLabels.values()) count(alike);
    },
    noteRefusal: (code) => refusals.inc({ code }),
    noteStage: (stage, format, durationMs) => stages.observe({ stage, format }, durationMs / 1000),
  };
}
