import { createMetrics, type MetricDescription } from './metrics.ts';

/** `docs/metrics.md`. */
export function metricsPage(): string {
  const metrics = createMetrics({ version: '', node: '', sharp: '', libvips: '', libheif: '' });
  metrics.watch({
    cache: { status: () => NOTHING_CACHED },
    renderer: { status: () => ({ waiting: 0, running: 0, processes: 0 }) },
    isReady: () => true,
    freeBytes: async () => ({}),
  });
  return `${[INTRODUCTION, '', '| name | type | labels | meaning |', '|---|---|---|---|', ...metrics.describe().map(tableRow)].join('\n')}\n`;
}

const NOTHING_CACHED = {
  entries: 0,
  bytes: 0,
  memoryBytes: 0,
  hits: 0,
  memoryHits: 0,
  misses: 0,
  evictions: 0,
  indexed: true,
};

const INTRODUCTION = `# Metrics

<!-- Written by \`npm run docs\` from packages/server/src/observe/: change it there. -->

What \`GET /metrics\` tells Prometheus, besides \`process_*\` and \`nodejs_*\`, which are those of its client library. Labels have
few values: routes, operations, formats and codes that there are, never what a client wrote. How to scrape them, a dashboard and
alerts: [operating](operating.md#metrics).`;

function tableRow({ name, type, help, labels }: MetricDescription): string {
  const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help];
  return `| ${cells.join(' | ')} |`;
}
