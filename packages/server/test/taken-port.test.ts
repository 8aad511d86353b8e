import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runServer } from './server-process.ts';

describe('a server whose port is taken', () => {
  it('says so and ends', async () => {
    const other = createServer();
    const listening = once(other, 'listening');
    other.listen(0, '127.0.0.1');
    await listening;
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { code, output } = await runServer({ PORT: port });
    expect(output).toContain(`PORT is taken: another program listens there (given: "${port}")`);
    expect(code).toBe(78);
    other.close();
  });
});
