import { describe, expect, it } from 'vitest';
import { createRareLog } from './rare-log.ts';

describe('createRareLog', () => {
  it('says each message once a minute, and then how often it did not', () => {
    const lines: unknown[] = [];
    let nowMs = 0;
    const log = createRareLog({ warn: (details, message) => lines.push([message, details]) }, () => nowMs);
    log('full', { at: 1 });
    log('full', { at: 2 });
    log('torn', { at: 3 });
    nowMs = 59_999;
    log('full', { at: 4 });
    nowMs = 60_000;
    log('full', { at: 5 });
    expect(lines).toEqual([
      ['full', { at: 1 }],
      ['torn', { at: 3 }],
      ['full', { at: 5, alsoNotLogged: 2 }],
    ]);
  });
});
