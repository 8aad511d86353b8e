import { Counter, Histogram, type Registry } from 'prom-client';

export interface OriginMetrics {
  /** `outcome`: what came of the fetch (`fetched`, `unchanged`), or the error's code. */
  noteFetch(outcome: string, durationMs: number): void;
}

const FETCH_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Creates the metrics of remote pictures. */
export function createOriginMetrics(registry: Registry): OriginMetrics {
  const registers = [registry];
  const fetches = new Counter({
    name: 'images_origin_fetches_total',
    help: 'Fetches of remote originals: fetched, unchanged, or the code of the error.',
    labelNames: ['outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'images_origin_fetch_duration_seconds',
    help: 'Time of fetches of remote originals, redirects and the wait for a slot included.',
    buckets: FETCH_BUCKETS,
    registers,
  });

  return {
    noteFetch(outcome, durationMs) {
      fetches.inc({ outcome });
      durations.observe(durationMs / 1000);
    },
  };
}
