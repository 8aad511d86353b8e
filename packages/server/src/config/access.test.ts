import { describe, expect, it } from 'vitest';
import { accessProblems, isLoopbackHost, signingWarnings } from './access.ts';

const KEYS = ['0123456789abcdef'];

describe('accessProblems', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('lets %s be open without saying so', (host) => {
    expect(accessProblems({ host, auth: 'keys' })).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '192.168.1.4', 'images.example.com'])(
    'refuses %s with neither keys nor AUTH=open and says what to set',
    (host) => {
      const [problem, ...others] = accessProblems({ host, auth: 'keys' });
      expect(others).toEqual([]);
      expect(problem).toMatchObject({ name: 'HOST', given: host });
      expect(problem?.message).toContain('API_KEYS=<secret of at least 16 characters>');
      expect(problem?.message).toContain('AUTH=open');
    },
  );

  it('takes any host with keys, or with AUTH=open', () => {
    expect(accessProblems({ host: '0.0.0.0', auth: 'keys', apiKeys: KEYS })).toEqual([]);
    expect(accessProblems({ host: '0.0.0.0', auth: 'open' })).toEqual([]);
  });

  it('refuses keys that AUTH=open would make pointless', () => {
    expect(accessProblems({ host: '127.0.0.1', auth: 'open', apiKeys: KEYS })).toEqual([
      expect.objectContaining({ name: 'AUTH' }),
    ]);
  });
});

describe('isLoopbackHost', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LOCALHOST',
  ])('is true of %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '10.0.0.1',
    '127.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
  ])('is false of %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe('signingWarnings', () => {
  it('tells of keys that nothing uses', () => {
    const signingKeys = ['a-secret-of-16-letters'];
    expect(signingWarnings({ signatures: 'off', signingKeys })).toEqual([
      'SIGNING_KEYS is set, but SIGNATURES is off: addresses need no signature',
    ]);
    expect(signingWarnings({ signatures: 'optional', signingKeys })).toEqual([]);
    expect(signingWarnings({ signatures: 'off' })).toEqual([]);
  });
});
