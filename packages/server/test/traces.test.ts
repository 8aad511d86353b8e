import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { type OtlpCollector, startOtlpCollector } from './otlp-collector.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let collector: OtlpCollector;
let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(320, 240).jpeg().toBuffer();
  collector = await startOtlpCollector();
  server = await startServer({
    TRACES: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: 'pictures',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
});
afterAll(async () => {
  await server.stop();
  await collector.close();
});

/** Asks under a trace of its own; all spans of it, once there are that many. */
async function traceOf(url: string, spans: number) {
  const traceId = randomBytes(16).toString('hex');
  const parentSpanId = randomBytes(8).toString('hex');
  await get(url, { headers: { traceparent: `00-${traceId}-${parentSpanId}-01` } });
  await expect.poll(() => collector.spansOf(traceId).length, { timeout: 10_000 }).toBe(spans);
  const all = collector.spansOf(traceId);
  const root = all.find((span) => span.parentSpanId === parentSpanId);
  return { root, stages: all.filter((span) => span !== root) };
}

describe('TRACES=otlp', () => {
  it('sends a span for each request, with its stages below it', async () => {
    const { url } = await upload(server.url, picture);
    const { root, stages } = await traceOf(`${server.url}${url}/resize/100x`, 7);
    expect(root).toMatchObject({
      name: 'GET /image',
      // SERVER
      kind: 2,
      service: 'pictures',
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'http.route': '/image',
        'url.path': `${url}/resize/100x`,
        'images.operation': 'resize',
        'images.cache': 'miss',
      },
    });
    const names = stages.toSorted((a, b) => a.startMs - b.startMs).map(({ name }) => name);
    expect(names).toEqual(['resolve', 'cache', 'open', 'queue', 'render', 'store']);
    for (const stage of stages) {
      expect(stage.parentSpanId).toBe(root?.spanId);
      expect(stage.endMs).toBeGreaterThanOrEqual(stage.startMs);
      // The clocks of spans and of stages are read one after the other.
      expect(stage.startMs).toBeGreaterThanOrEqual((root?.startMs ?? 0) - 2);
    }
  });

  it('sends those that memory answered, and those that failed, with the code', async () => {
    const { url } = await upload(server.url, picture);
    const target = `${server.url}${url}/resize/90x`;
    await get(target);
    await get(target);
    expect((await traceOf(target, 1)).root?.attributes).toMatchObject({ 'images.cache': 'hit' });
    const { root } = await traceOf(`${server.url}/image/nothing`, 1);
    expect(root?.attributes).toMatchObject({ 'http.response.status_code': 404, 'error.type': 'not_found' });
  });

  it('names the trace in the log line', async () => {
    await get(`${server.url}/health`);
    const line = await server.waitForLog(({ target }) => target === '/health');
    expect(line.traceId).toMatch(/^[0-9a-f]{32}$/);
    await expect.poll(() => collector.spansOf(String(line.traceId)).length, { timeout: 10_000 }).toBe(1);
  });

  it('sends nothing of a trace that its client does not sample', async () => {
    const traceId = randomBytes(16).toString('hex');
    await get(`${server.url}/health`, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-00` } });
    await traceOf(`${server.url}/health`, 1);
    expect(collector.spansOf(traceId)).toEqual([]);
  });

  it('answers as ever while the collector is away, and ends in time', async () => {
    const lonely = await startServer({ TRACES: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect((await get(`${lonely.url}/health`)).status).toBe(200);
    expect(await lonely.stop()).toBe(0);
  });
});
