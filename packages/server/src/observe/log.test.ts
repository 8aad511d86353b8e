import { describe, expect, it } from 'vitest';
import { createLog, createRequestIds } from './log.ts';
import type { LogDestination } from './log-destination.ts';

describe('createLog', () => {
  it('writes one JSON object a line, with the level as a word', () => {
    const { destination, lines } = collector();
    const { log } = createLog({ level: 'info', destination });
    log.child({ requestId: 'a-1' }).warn({ bytes: 3 }, 'odd');
    expect(lines()).toEqual([
      { level: 'warn', time: expect.any(Number), requestId: 'a-1', bytes: 3, msg: 'odd' },
    ]);
  });

  it('leaves out what is less severe than the level', () => {
    const { destination, lines } = collector();
    const { log } = createLog({ level: 'warn', destination });
    log.info('quiet');
    log.error('loud');
    expect(lines()).toEqual([expect.objectContaining({ msg: 'loud' })]);
  });

  it('never writes secrets of settings or headers', () => {
    const { destination, text } = collector();
    const { log } = createLog({ level: 'info', destination });
    const secret = 'correct-horse-battery';
    log.info({ apiKeys: [secret] });
    log.info({ settings: { apiKeys: [secret], signingKeys: [secret] } });
    log.info({ headers: { authorization: `Bearer ${secret}`, cookie: secret } });
    log.info({ req: { headers: { authorization: `Bearer ${secret}` } } });
    log.child({ settings: { apiKeys: [secret] } }).info('child');
    expect(text()).not.toContain(secret);
    expect(text()).toContain('***');
  });

  it('writes an error with its stack and cause', () => {
    const { destination, lines } = collector();
    const { log } = createLog({ level: 'info', destination });
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(lines()).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ stack: expect.stringContaining('inner') }) }),
    ]);
  });
});

describe('createRequestIds', () => {
  it('never gives the same id twice', () => {
    const generators = Array.from({ length: 10 }, createRequestIds);
    const ids = generators.flatMap((requestId) => Array.from({ length: 1000 }, requestId));
    expect(new Set(ids).size).toBe(10_000);
  });

  it('gives ids that fit into a header', () => {
    expect(createRequestIds()()).toMatch(/^[\w-]{10,20}$/);
  });
});

function collector(): { destination: LogDestination; text(): string; lines(): unknown[] } {
  let written = '';
  return {
    destination: {
      write(line) {
        written += line;
      },
      flush: async () => undefined,
      flushSync: () => undefined,
    },
    text: () => written,
    lines: () =>
      written
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
  };
}
