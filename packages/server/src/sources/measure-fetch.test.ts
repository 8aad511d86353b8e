import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import type { FetchRemote } from './fetch-remote.ts';
import { measureFetch } from './measure-fetch.ts';

const REQUEST = {
  url: new URL('https://a.example/'),
  path: '/nowhere',
  signal: new AbortController().signal,
};

async function outcomeOf(fetchRemote: FetchRemote) {
  const noted: [string, number][] = [];
  const result = await measureFetch(fetchRemote, (...note) => noted.push(note))(REQUEST).catch(
    (error: unknown) => error,
  );
  return { noted, result };
}

describe('measureFetch', () => {
  it('passes the answer on and notes what it was, and how long it took', async () => {
    const answer = { kind: 'unchanged' } as const;
    const { noted, result } = await outcomeOf(async () => answer);
    expect(result).toBe(answer);
    expect(noted).toEqual([['unchanged', expect.any(Number)]]);
    expect(noted[0]?.[1]).toBeGreaterThanOrEqual(0);
  });

  it('passes a failure on and notes its code', async () => {
    const failure = new ServiceError('origin_timeout', 'too slow');
    const { noted, result } = await outcomeOf(() => Promise.reject(failure));
    expect(result).toBe(failure);
    expect(noted).toEqual([['origin_timeout', expect.any(Number)]]);
  });

  it('notes a fetch that nobody wants any more as aborted', async () => {
    const { noted } = await outcomeOf(() => Promise.reject(new DOMException('gone', 'AbortError')));
    expect(noted).toEqual([['aborted', expect.any(Number)]]);
  });
});
