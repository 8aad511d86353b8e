import { describe, expect, it } from 'vitest';
import { affordedConnections, openFilesLimit } from './open-files.ts';

const limits = (soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${soft}                 4096                 files\n`;

describe('openFilesLimit', () => {
  it('reads what the system says', () => {
    expect(openFilesLimit(limits('1024'))).toBe(1024);
    expect(openFilesLimit(limits('unlimited'))).toBe(Number.POSITIVE_INFINITY);
    expect(openFilesLimit('')).toBeUndefined();
  });

  it('knows that of this process', () => {
    expect(openFilesLimit()).toBeGreaterThan(0);
  });
});

describe('affordedConnections', () => {
  it.each([
    ['as wanted where there is room', 65_536, 4096],
    ['three in four where there is not', 1024, 768],
    ['a few in any case', 8, 16],
    ['as wanted where there is no limit', Number.POSITIVE_INFINITY, 4096],
  ])('is %s', (_, limit, most) => {
    expect(affordedConnections(4096, limit).most).toBe(most);
  });

  it('says what is less than was asked for, and why', () => {
    expect(affordedConnections(4096, 65_536).warnings).toEqual([]);
    expect(affordedConnections(4096, 1024).warnings).toEqual([
      'MAX_CONNECTIONS is 768 instead of 4096: the system allows 1024 open files (ulimit -n, LimitNOFILE=)',
    ]);
  });
});
