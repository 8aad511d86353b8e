import { describe, expect, it } from 'vitest';
import { checkDescriptors, checkProcessors } from './check-machine.ts';

function limits(soft: string): string {
  return `Max processes             96217                96217                processes
Max open files            ${soft.padEnd(21)}1048576              files
Max locked memory         8388608              8388608              bytes\n`;
}

describe('checkDescriptors', () => {
  it.each(['4096', '1048576', 'unlimited'])('is content with %s', (soft) => {
    expect(checkDescriptors(limits(soft))).toMatchObject({ kind: 'ok', message: `up to ${soft}` });
  });

  it('wants more than 1024', () => {
    expect(checkDescriptors(limits('1024'))).toMatchObject({
      kind: 'advice',
      message: 'at most 1024, connections included',
    });
  });

  it('says nothing where there is no such file', () => {
    expect(checkDescriptors('').kind).toBe('ok');
  });
});

describe('checkProcessors', () => {
  it('is content with one process', () => {
    expect(checkProcessors({ renderProcesses: 1 }, 'max 100000').kind).toBe('ok');
    expect(checkProcessors({ renderProcesses: 1 }, undefined).kind).toBe('ok');
  });

  it('wants no more processes than a container has of processors', () => {
    expect(checkProcessors({ renderProcesses: 4 }, '50000 100000\n')).toMatchObject({
      kind: 'advice',
      message: '4 render processes on 0.5 processors',
      change: expect.stringContaining('RENDER_PROCESSES=1,'),
    });
  });
});
