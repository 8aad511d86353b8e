import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { metricsPage } from './metrics-page.ts';

describe('metricsPage', () => {
  it('is what docs/metrics.md holds (else: npm run docs)', async () => {
    const page = await readFile(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
    expect(metricsPage()).toBe(page);
  });

  it('says of each metric what it is and which labels it has', () => {
    expect(metricsPage()).toContain(
      '| `images_requests_total` | counter | `route`, `method`, `status`, `operation` | Requests',
    );
  });
});
