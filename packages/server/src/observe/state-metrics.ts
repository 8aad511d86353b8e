import { Counter, Gauge, type Registry } from 'prom-client';
import type { VariantCache } from '../cache/variant-cache.ts';
import type { Renderer } from '../render/renderer.ts';

/** Where the metrics look when they are asked for; nothing is counted twice. */
export interface WatchedState {
  readonly cache: Pick<VariantCache, 'status'>;
  readonly renderer: Pick<Renderer, 'status'>;
  isReady(): boolean;
  /** Free bytes of the stores by name; undefined where the question makes no sense. */
  freeBytes(): Promise<Readonly<Record<string, number | undefined>>>;
}

/** Adds what can be read off the running server: nothing of it costs anything between two scrapes. */
export function addStateMetrics(registry: Registry, state: WatchedState): void {
  const gauge = (name: string, help: string, read: () => number) => {
    const added: Gauge = new Gauge({ name, help, registers: [registry], collect: () => added.set(read()) });
  };
  gauge('images_ready', '1 where /ready says yes.', () => (state.isReady() ? 1 : 0));
  const { renderer, cache } = state;
  gauge('images_render_queue_depth', 'Jobs that wait for a render process.', () => renderer.status().waiting);
  gauge('images_render_running', 'Jobs in render processes.', () => renderer.status().running);
  gauge('images_render_processes', 'Render processes alive.', () => renderer.status().processes);
  gauge('images_cache_entries', 'Entries of the cache on disk.', () => cache.status().entries);
  gauge('images_cache_bytes', 'What they take of the budget, bytes.', () => cache.status().bytes);
  gauge('images_cache_memory_bytes', 'Bytes of entries in memory.', () => cache.status().memoryBytes);
  gauge('images_cache_indexed', '1 when what the cache holds from earlier is known.', () =>
    cache.status().indexed ? 1 : 0,
  );
  addCacheCounters(registry, cache);
  const free = new Gauge({
    name: 'images_free_bytes',
    help: 'Free bytes on the disk of a store.',
    labelNames: ['store'],
    registers: [registry],
    async collect() {
      for (const [store, bytes] of Object.entries(await state.freeBytes())) {
        if (bytes !== undefined) free.set({ store }, bytes);
      }
    },
  });
}

function addCacheCounters(registry: Registry, cache: WatchedState['cache']): void {
  const registers = [registry];
  const lookups = new Counter({
    name: 'images_cache_lookups_total',
    help: 'Look-ups in the cache: found in memory, found in the store, or not found.',
    labelNames: ['result'],
    registers,
    collect() {
      const { hits, memoryHits, misses } = cache.status();
      lookups.reset();
      lookups.inc({ result: 'memory' }, memoryHits);
      lookups.inc({ result: 'store' }, hits - memoryHits);
      lookups.inc({ result: 'miss' }, misses);
    },
  });
  const evictions: Counter = new Counter({
    name: 'images_cache_evictions_total',
    help: 'Entries that went to make room.',
    registers,
    collect() {
      evictions.reset();
      evictions.inc(cache.status().evictions);
    },
  });
}
