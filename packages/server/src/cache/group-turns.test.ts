import { describe, expect, it } from 'vitest';
import { createGroupTurns } from './group-turns.ts';

describe('createGroupTurns', () => {
  it('runs the works of a group in order, and those of another beside them', async () => {
    const turns = createGroupTurns();
    const order: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = turns.take('a', async () => {
      await gate;
      order.push('a1');
    });
    const second = turns.take('a', async () => void order.push('a2'));
    await turns.take('b', async () => void order.push('b1'));
    expect(turns.isBusy('a')).toBe(true);
    open();
    await Promise.all([first, second]);
    expect(order).toEqual(['b1', 'a1', 'a2']);
  });

  it('goes on after a work that fails, whose error is its caller’s', async () => {
    const turns = createGroupTurns();
    const failing = turns.take('a', async () => {
      throw new Error('torn');
    });
    const next = turns.take('a', async () => undefined);
    await expect(failing).rejects.toThrow('torn');
    await next;
    await turns.ended();
    expect(turns.isBusy('a')).toBe(false);
  });
});
