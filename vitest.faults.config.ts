import { defineConfig } from 'vitest/config';
import { reliabilityReport } from './packages/server/test/faults/support/reliability-report.ts';
import base from './vitest.config.ts';

export default defineConfig({
  ...base,
  test: {
    include: ['packages/server/test/faults/**/*.fault.ts'],
    // Each of them wants the machine for itself: one measures what another would disturb.
    fileParallelism: false,
    hookTimeout: 60_000,
    // Bounds in milliseconds, on machines that others use too: there, what misses one is measured once more.
    retry: process.env.CI === undefined ? 0 : 1,
    reporters: [
      process.env.CI === undefined ? 'default' : 'verbose',
      reliabilityReport({
        path: 'docs/reliability.md',
        form: process.env.FAULTS === 'long' ? 'long' : 'short',
      }),
    ],
  },
});
