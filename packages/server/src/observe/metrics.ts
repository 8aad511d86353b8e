import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createOriginMetrics, type OriginMetrics } from './origin-metrics.ts';
import { createRenderMetrics, type RenderMetrics } from './render-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';
import { addStateMetrics, type WatchedState } from './state-metrics.ts';

/** What the server tells Prometheus. */
export interface Metrics extends RequestMetrics, RenderMetrics, OriginMetrics {
  /** Adds what can be read off the running server; once. */
  watch(state: WatchedState): void;
  /** All metrics in Prometheus' text format, and its media type. */
  print(): Promise<{ readonly mediaType: string; readonly text: string }>;
  /** Each metric of our own, in the order of their names. */
  describe(): readonly MetricDescription[];
}

export interface MetricDescription {
  readonly name: string;
  /** `counter`, `gauge` or `histogram`. */
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Creates the metrics; `versions` are those of the server, of Node and of the libraries. */
export function createMetrics(versions: Readonly<Record<string, string>>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'images_build_info',
    help: 'Always 1; its labels are the versions of the server, Node.js, sharp and libvips.',
    labelNames: Object.keys(versions),
    registers: [registry],
  });
  build.set({ ...versions }, 1);

  return {
    ...createRequestMetrics(registry),
    ...createRenderMetrics(registry),
    ...createOriginMetrics(registry),
    watch: (state) => addStateMetrics(registry, state),
    print: async () => ({ mediaType: registry.contentType, text: await registry.metrics() }),
    describe: () =>
      registry
        .getMetricsAsArray()
        .filter(({ name }) => name.startsWith('images_'))
        .map((metric) => {
          const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
          return { name: metric.name, type: String(metric.type), help: metric.help, labels };
        })
        .toSorted((a, b) => a.name.localeCompare(b.name)),
  };
}
