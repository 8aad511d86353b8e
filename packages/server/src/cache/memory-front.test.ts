import { describe, expect, it } from 'vitest';
import { createMemoryFront } from './memory-front.ts';

const entry = (bytes: number) => ({ bytes: Buffer.alloc(bytes), meta: {} });

describe('createMemoryFront', () => {
  it('keeps within its bytes, dropping what was used least recently', () => {
    const memory = createMemoryFront(100_000);
    for (const name of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
      memory.set(`ab/c/${name}`, entry(12_000));
      memory.get('ab/c/1');
    }
    expect(memory.bytes()).toBeLessThanOrEqual(100_000);
    expect(memory.has('ab/c/1')).toBe(true);
    expect(memory.has('ab/c/2')).toBe(false);
  });

  it('does not keep an entry above an eighth of its bytes, nor what that one replaces', () => {
    const memory = createMemoryFront(80_000);
    memory.set('ab/c/1', entry(9000));
    expect(memory.has('ab/c/1')).toBe(true);
    memory.set('ab/c/1', entry(11_000));
    expect(memory.get('ab/c/1')).toBeUndefined();
    expect([memory.entries(), memory.bytes()]).toEqual([0, 0]);
  });

  it('deletes a group and no other', () => {
    const memory = createMemoryFront(1_000_000);
    for (const key of ['ab/c/1', 'ab/c/2', 'ab/cd/1', 'ab/d/1']) memory.set(key, entry(10));
    memory.delete('ab/c/2');
    memory.set('ab/c/2', entry(20));
    memory.deleteGroup('ab/c');
    memory.deleteGroup('ab/zz');
    expect(['ab/c/1', 'ab/c/2', 'ab/cd/1', 'ab/d/1'].map(memory.has)).toEqual([false, false, true, true]);
  });

  it('keeps nothing with 0 bytes', () => {
    const memory = createMemoryFront(0);
    memory.set('ab/c/1', entry(0));
    expect(memory.get('ab/c/1')).toBeUndefined();
  });
});
