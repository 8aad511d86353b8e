import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@images-server/source'] },
  ssr: { resolve: { conditions: ['@images-server/source'], externalConditions: ['@images-server/source'] } },
  test: { include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'], testTimeout: 20_000 },
});
