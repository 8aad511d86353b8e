import { readFile } from 'node:fs/promises';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RenderEvent } from '../render/render-event.ts';

export interface RenderMetrics {
  noteRender(event: RenderEvent): void;
}

const WAIT_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const RUN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Creates the metrics of the render processes and their jobs. */
export function createRenderMetrics(registry: Registry): RenderMetrics {
  const registers = [registry];
  const alive = new Set<number>();
  const jobs = new Counter({
    name: 'images_render_jobs_total',
    help: 'Jobs of render processes, by kind and outcome; a picture that is broken was answered too.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const waits = new Histogram({
    name: 'images_render_wait_seconds',
    help: 'Time that jobs waited for a render process.',
    buckets: WAIT_BUCKETS,
    registers,
  });
  const runs = new Histogram({
    name: 'images_render_run_seconds',
    help: 'Time that jobs ran in a render process, by kind.',
    labelNames: ['kind'],
    buckets: RUN_BUCKETS,
    registers,
  });
  const ends = new Counter({
    name: 'images_render_process_ends_total',
    help: 'Render processes that ended, by reason; each is replaced at once.',
    labelNames: ['reason'],
    registers,
  });
  const memory = new Gauge({
    name: 'images_render_memory_bytes',
    help: 'Resident memory of all render processes together (Linux).',
    registers,
    async collect() {
      const sizes = await Promise.all([...alive].map(residentBytes));
      memory.set(sizes.reduce((sum, bytes) => sum + bytes, 0));
    },
  });

  return {
    noteRender(event) {
      if (event.kind === 'process_ready') {
        if (event.pid !== undefined) alive.add(event.pid);
      } else if (event.kind === 'process_ended') {
        if (event.pid !== undefined) alive.delete(event.pid);
        ends.inc({ reason: event.reason });
      } else {
        jobs.inc({ kind: event.job, outcome: event.outcome });
        waits.observe(event.waitedMs / 1000);
        runs.observe({ kind: event.job }, event.ranMs / 1000);
      }
    },
  };
}

/** 0 where the process has just gone, or where there is no /proc. */
async function residentBytes(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
