import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

/** What a span tells of a request that has come to its end. */
export interface TracedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly route: string;
  readonly operation: string;
  readonly status: number;
  readonly code: string | undefined;
  /** On the clock of `performance.now()`. */
  readonly endedMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly cache: string | undefined;
}

/** `startedMs`: on the clock of `performance.now()`. */
export interface TracedStage {
  readonly stage: string;
  readonly startedMs: number;
  readonly durationMs: number;
}

/** The span of a request, waiting for its stages. */
export interface RequestSpan {
  /** 32 hex digits; the client's own where its `traceparent` names one. */
  readonly traceId: string;
  end(stages: readonly TracedStage[]): void;
}

export interface Traces {
  beginRequest(request: TracedRequest): RequestSpan;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

/**
 * Sends traces over OTLP. Where to, as whose, and how many: by OpenTelemetry's own environment variables
 * (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, ...). Spans are made when a request has
 * ended, of times that were taken anyway: the requests do not wait for them, and a collector that is away costs spans.
 */
export function openTraces({ version }: { version: string }): Traces {
  const own = resourceFromAttributes({ 'service.name': 'images-server', 'service.version': version });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('images-server', version);
  const propagator = new W3CTraceContextPropagator();

  return {
    beginRequest(request) {
      const clockStart = Date.now() - performance.now();
      const endTime = clockStart + request.endedMs;
      const parent = propagator.extract(ROOT_CONTEXT, request.headers, HEADERS);
      const { method, route } = request;
      const options = {
        kind: SpanKind.SERVER,
        startTime: endTime - request.durationMs,
        attributes: attributesOf(request),
      };
      const span = tracer.startSpan(route === 'none' ? method : `${method} ${route}`, options, parent);
      if (request.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      const context = trace.setSpan(parent, span);
      const addStage = ({ stage, startedMs, durationMs }: TracedStage): void => {
        const startTime = clockStart + startedMs;
        tracer.startSpan(stage, { startTime }, context).end(startTime + durationMs);
      };
      return {
        traceId: span.spanContext().traceId,
        end: (stages) => endSpan({ span, stages, addStage, endTime }),
      };
    },
    close: () => provider.shutdown(),
  };
}

function endSpan(work: {
  span: Span;
  stages: readonly TracedStage[];
  addStage: (stage: TracedStage) => void;
  endTime: number;
}): void {
  for (const stage of work.stages) work.addStage(stage);
  work.span.end(work.endTime);
}

const HEADERS = {
  get: (headers: TracedRequest['headers'], name: string) => headers[name],
  keys: (headers: TracedRequest['headers']) => Object.keys(headers),
};

/** By OpenTelemetry's semantic conventions for HTTP; what is not in them begins with `images.`. */
function attributesOf(request: TracedRequest) {
  const [path = ''] = request.target.split('?', 1);
  return {
    'http.request.method': request.method,
    'http.response.status_code': request.status,
    'http.response.body.size': request.bytes,
    'url.path': path.slice(0, 300),
    'images.operation': request.operation,
    ...(request.route === 'none' ? {} : { 'http.route': request.route }),
    ...(request.code === undefined ? {} : { 'error.type': request.code }),
    ...(request.cache === undefined ? {} : { 'images.cache': request.cache }),
  };
}
