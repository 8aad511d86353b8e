import { describe, expect, it } from 'vitest';
import { findUnprivilegedUser, hasCapabilities, isMapped } from './unprivileged-user.ts';

describe('findUnprivilegedUser', () => {
  it('is never root, and nobody at all where the server is not root itself', () => {
    const user = findUnprivilegedUser();
    expect(user?.uid).not.toBe(0);
    if (process.getuid?.() !== 0) expect(user).toBeUndefined();
  });
});

describe('hasCapabilities', () => {
  it('wants chown, setgid and setuid, all of them', () => {
    expect(hasCapabilities('Name:\tnode\nCapEff:\t000001ffffffffff\n')).toBe(true);
    expect(hasCapabilities('CapEff:\t00000000000000c1')).toBe(true);
    for (const mask of ['00000000000000c0', '0000000000000081', '0000000000000041', '0000000000000000']) {
      expect(hasCapabilities(`CapEff:\t${mask}`)).toBe(false);
    }
    expect(hasCapabilities('nothing of the kind')).toBe(false);
  });
});

describe('isMapped', () => {
  it('tells whether an id exists in this user namespace', () => {
    expect(isMapped('         0          0 4294967295\n', 65_534)).toBe(true);
    expect(isMapped('         0       1000          1\n', 65_534)).toBe(false);
    expect(isMapped('         0       1000          1\n         1     100000      65536\n', 65_534)).toBe(
      true,
    );
    expect(isMapped('         0     100000      65534\n', 65_534)).toBe(false);
    expect(isMapped('', 65_534)).toBe(false);
  });
});
