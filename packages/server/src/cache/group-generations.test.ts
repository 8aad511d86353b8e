import { describe, expect, it } from 'vitest';
import { createGroupGenerations } from './group-generations.ts';

describe('createGroupGenerations', () => {
  it('voids the tickets of a group that ended, not those of others and not later ones', () => {
    const generations = createGroupGenerations();
    const [before, other] = [generations.ticket('abc'), generations.ticket('def')];
    generations.end('abc');
    const after = generations.ticket('abc');
    expect([before, other, after].map(generations.isCurrent)).toEqual([false, true, true]);
    generations.end('abc');
    expect([before, other, after].map(generations.isCurrent)).toEqual([false, true, false]);
  });

  it('voids every ticket that is older than what it remembers', () => {
    const generations = createGroupGenerations({ remembered: 2 });
    const ended = generations.ticket('abc');
    const old = generations.ticket('def');
    generations.end('abc');
    const young = generations.ticket('def');
    generations.end('g1');
    expect(generations.isCurrent(old)).toBe(true);
    generations.end('g2');
    expect([ended, old, young].map(generations.isCurrent)).toEqual([false, false, true]);
  });
});
