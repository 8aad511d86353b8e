import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';

/** Patient: the machine may be busy with other tests. */
const eventually = (claim: () => void) => vi.waitFor(claim, { timeout: 10_000, interval: 5 });

const PARENT = new URL('./children/parent.mjs', import.meta.url);

describe('render processes', () => {
  it.each([
    ['that do nothing', 'idle', 'sleeping'],
    ['that never come back', 'spin', 'running'],
    ['that are stopped', 'stop', 'stopped'],
  ])('%s are gone soon after the server was killed', async (_, command, state) => {
    const server = fork(PARENT, [command], { execArgv: [] });
    const [{ pids }] = await once(server, 'message');
    await eventually(() => expect(pids.map(stateOf)).toEqual([state, state]));
    server.kill('SIGKILL');
    await once(server, 'exit');
    await eventually(() => expect(pids.map(stateOf)).toEqual(['gone', 'gone']));
  });
});

const STATES: Readonly<Record<string, string>> = { S: 'sleeping', R: 'running', T: 'stopped', Z: 'gone' };

function stateOf(pid: number): string {
  try {
    // "pid (name) state ...", and no name of ours has a parenthesis in it.
    const [, letter = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    return STATES[letter.slice(0, 1)] ?? letter;
  } catch {
    return 'gone';
  }
}
