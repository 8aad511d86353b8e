import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listenProblem } from './listen-problem.ts';

async function listen(server: Server, where: { host: string; port: number }): Promise<number> {
  const listening = once(server, 'listening');
  server.listen(where);
  await listening;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

describe('listenProblem', () => {
  it('names the port that another program listens on', async () => {
    const other = createServer();
    const where = { host: '127.0.0.1', port: await listen(other, { host: '127.0.0.1', port: 0 }) };
    const error = await listen(createServer(), where).catch((failure: unknown) => failure);
    expect(listenProblem(error, where)).toEqual({
      name: 'PORT',
      given: String(where.port),
      message: 'is taken: another program listens there',
    });
    other.close();
  });

  it('names the host that is no address of this machine', async () => {
    // Reserved for documentation (RFC 5737).
    const where = { host: '203.0.113.7', port: 0 };
    const error = await listen(createServer(), where).catch((failure: unknown) => failure);
    expect(listenProblem(error, where)).toMatchObject({ name: 'HOST', given: '203.0.113.7' });
  });

  it('leaves every other failure to those who know it', () => {
    expect(listenProblem(new Error('a bug'), { host: '127.0.0.1', port: 0 })).toBeUndefined();
  });
});
