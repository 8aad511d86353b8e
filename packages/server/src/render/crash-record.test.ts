import { describe, expect, it } from 'vitest';
import { createCrashRecord } from './crash-record.ts';

const MINUTE_MS = 60_000;

function recordAt(startMs: number) {
  const clock = { nowMs: startMs };
  return { clock, record: createCrashRecord({ now: () => clock.nowMs }) };
}

describe('createCrashRecord', () => {
  it('forgives one death', () => {
    const { record } = recordAt(0);
    record.noteDeath('a');
    expect(() => record.check('a')).not.toThrow();
  });

  it('refuses a picture for 60 s after its second death within 10 minutes, and no other picture', () => {
    const { clock, record } = recordAt(5);
    record.noteDeath('a');
    clock.nowMs += 10 * MINUTE_MS - 1;
    record.noteDeath('a');
    expect(() => record.check('a')).toThrow(
      expect.objectContaining({ code: 'picture_refused', retryAfterSeconds: 60 }),
    );
    expect(() => record.check('b')).not.toThrow();
    clock.nowMs += MINUTE_MS - 1;
    expect(() => record.check('a')).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
    clock.nowMs += 1;
    expect(() => record.check('a')).not.toThrow();
  });

  it('does not count a death that is 10 minutes old', () => {
    const { clock, record } = recordAt(0);
    record.noteDeath('a');
    clock.nowMs += 10 * MINUTE_MS;
    record.noteDeath('a');
    expect(() => record.check('a')).not.toThrow();
  });

  it('refuses a picture anew when it kills again after its 60 s', () => {
    const { clock, record } = recordAt(0);
    record.noteDeath('a');
    record.noteDeath('a');
    clock.nowMs += MINUTE_MS;
    expect(() => record.check('a')).not.toThrow();
    record.noteDeath('a');
    expect(() => record.check('a')).toThrow(expect.objectContaining({ code: 'picture_refused' }));
  });

  it('forgets the picture that killed longest ago once it knows 10,000', () => {
    const { record } = recordAt(0);
    for (const id of ['oldest', 'older']) {
      record.noteDeath(id);
      record.noteDeath(id);
    }
    for (let index = 0; index < 9_999; index++) record.noteDeath(`picture ${index}`);
    expect(() => record.check('oldest')).not.toThrow();
    expect(() => record.check('older')).toThrow();
  });
});
