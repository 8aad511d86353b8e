import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@images-server/source'] },
  ssr: { resolve: { conditions: ['@images-server/source'], externalConditions: ['@images-server/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    // Many times what any test takes on two idle cores: a hang is found all the same, a busy machine is not taken for one.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // The machine is not ours alone there; the report still names what passed only the second time.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
