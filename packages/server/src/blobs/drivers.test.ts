import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBlobStore } from './drivers.ts';

describe('openBlobStore', () => {
  it('opens the driver of that name', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'drivers-'));
    try {
      const stores = [
        await openBlobStore({ driver: 'memory', directory, durable: true }),
        await openBlobStore({ driver: 'disk', directory, durable: true }),
      ];
      for (const store of stores) await store.put('ab/cd', { bytes: Buffer.from('x') });
      expect(readdirSync(directory).sort()).toEqual(['.tmp', 'ab']);
      for (const store of stores) await store.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
