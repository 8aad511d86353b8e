import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEntryIndex, FOLDER_COST, fileCost } from './entry-index.ts';

const nobody = () => false;
const listing = (key: string, modifiedMs: number, bytes = 1) => ({ key, bytes, modifiedMs });

describe('createEntryIndex', () => {
  it('counts whole blocks, and one for each group', () => {
    const index = createEntryIndex();
    index.add('ab/c/1', 1);
    index.add('ab/c/2', 4097);
    index.add('ab/d/1', 4096);
    expect(index.cost()).toBe(4096 + 8192 + 4096 + 2 * FOLDER_COST);
    index.add('ab/c/2', 1);
    index.remove('ab/d/1');
    index.remove('ab/d/2');
    expect(index.cost()).toBe(4096 + 4096 + FOLDER_COST);
    expect(index.entries()).toBe(2);
  });

  it('takes scanned entries by their age, over all runs, before any that was used', () => {
    const index = createEntryIndex();
    index.add('ab/c/used', 1);
    index.addScanned([listing('ab/c/5', 5), listing('ab/c/1', 1), listing('ab/c/used', 0)]);
    index.addScanned([listing('ab/c/4', 4), listing('ab/c/2', 2), listing('ab/c/3', 3)]);
    index.use('ab/c/2');
    const taken = [];
    for (let next = index.takeOldest(nobody); next; next = index.takeOldest(nobody)) taken.push(next.key);
    expect(taken.map((key) => key.slice(5))).toEqual(['1', '3', '4', '5', 'used', '2']);
    expect([index.entries(), index.cost()]).toEqual([0, 0]);
  });

  it('passes over what is held', () => {
    const index = createEntryIndex();
    index.addScanned([listing('ab/c/1', 1), listing('ab/c/2', 2)]);
    index.add('ab/c/3', 1);
    const isHeld = (key: string) => key !== 'ab/c/3' && key !== 'ab/c/2';
    expect(index.takeOldest(isHeld)?.key).toBe('ab/c/2');
    expect(index.takeOldest(isHeld)?.key).toBe('ab/c/3');
    expect(index.takeOldest(isHeld)).toBeUndefined();
    expect(index.takeOldest(nobody)?.key).toBe('ab/c/1');
  });

  it('does not let the scan bring back what was removed or evicted before the scan came by', () => {
    const index = createEntryIndex();
    index.remove('ab/c/dropped');
    index.add('ab/c/evicted', 1);
    index.takeOldest(nobody);
    expect(index.addScanned([listing('ab/c/dropped', 1), listing('ab/c/evicted', 1)])).toBe(0);
    index.endScan();
    expect(index.entries()).toBe(0);
  });

  it('law: it takes in the order of a naive list, and its cost is the sum', () => {
    const keys = ['ab/c/1', 'ab/c/2', 'ab/d/1', 'ef/c/1', 'ef/c/2'];
    const key = fc.constantFrom(...keys);
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), key, bytes: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ do: fc.constantFrom('use' as const, 'remove' as const), key, bytes: fc.constant(0) }),
      fc.record({ do: fc.constant('take' as const), key, bytes: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const index = createEntryIndex();
        let list: { key: string; bytes: number }[] = [];
        for (const at of steps) {
          const held = list.find((entry) => entry.key === at.key);
          if (at.do === 'take') {
            expect(index.takeOldest(nobody)?.key).toBe(list.shift()?.key);
          } else {
            list = list.filter((entry) => entry !== held);
            if (at.do === 'add') index.add(at.key, at.bytes);
            if (at.do === 'add') list.push({ key: at.key, bytes: at.bytes });
            if (at.do === 'use') expect(index.use(at.key)).toBe(held !== undefined);
            if (at.do === 'use' && held) list.push(held);
            if (at.do === 'remove') index.remove(at.key);
          }
          const folders = new Set(list.map((entry) => entry.key.slice(0, 4))).size;
          const files = list.reduce((sum, { bytes }) => sum + fileCost(bytes), 0);
          expect(index.cost()).toBe(files + folders * FOLDER_COST);
          for (const each of keys) expect(index.has(each)).toBe(list.some((entry) => entry.key === each));
        }
      }),
    );
  });
});
