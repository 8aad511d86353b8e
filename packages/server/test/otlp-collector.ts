import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it arrived. */
export interface CollectedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly service: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A collector of OpenTelemetry traces on loopback that records what it is sent. */
export interface OtlpCollector {
  readonly url: string;
  spansOf(traceId: string): readonly CollectedSpan[];
  close(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string };
}

/** The parts of an OTLP/JSON request that we look at. */
interface TracesRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

interface SentSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    if (request.url !== '/v1/traces') return response.writeHead(404).end();
    spans.push(...collected(JSON.parse(Buffer.concat(chunks).toString('utf8')) as TracesRequest));
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spansOf: (traceId) => spans.filter((span) => span.traceId === traceId),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function collected({ resourceSpans }: TracesRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = plain(resource.attributes)['service.name'];
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => collectedSpan(span, service)));
  });
}

function collectedSpan(span: SentSpan, service: unknown): CollectedSpan {
  const { name, kind, traceId, spanId, parentSpanId, attributes } = span;
  const startMs = Number(span.startTimeUnixNano) / 1e6;
  const endMs = Number(span.endTimeUnixNano) / 1e6;
  return {
    name,
    kind,
    traceId,
    spanId,
    parentSpanId,
    startMs,
    endMs,
    service,
    attributes: plain(attributes),
  };
}

function plain(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
  );
}
