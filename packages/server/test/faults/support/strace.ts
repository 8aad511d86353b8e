import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A system call of a server, with the lines of the trace at which it began and ended. */
export interface SystemCall {
  readonly name: string;
  /** As strace prints them, descriptors with their paths: `23</tmp/x>, 4096`. */
  readonly words: string;
  readonly beganAt: number;
  readonly endedAt: number;
}

/**
 * Attaches strace to all threads of a process while something is done. `expressions` are strace's: `trace=fsync,rename`
 * to see calls, `inject=fsync:error=EIO` to have them fail. What it saw, in the order in which the calls began.
 */
export async function withStrace(
  pid: number,
  expressions: readonly string[],
  work: () => Promise<void>,
): Promise<SystemCall[]> {
  const folder = await mkdtemp(join(tmpdir(), 'strace-'));
  const output = join(folder, 'trace');
  const filters = expressions.flatMap((expression) => ['-e', expression]);
  // -y: descriptors with their paths; strings long enough for the beginning of an answer.
  const words = ['-f', '-y', '-s', '64', ...filters, '-o', output, '-p', String(pid)];
  const strace = spawn('strace', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(strace, 'exit');
  try {
    // "Process <pid> attached", once all threads are.
    await once(strace.stderr, 'data');
    await work();
  } finally {
    // It lets go of the process and ends.
    strace.kill('SIGINT');
    await exited;
  }
  const trace = await readFile(output, 'latin1');
  await rm(folder, { recursive: true });
  return parseTrace(trace.split('\n'));
}

function parseTrace(lines: readonly string[]): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, SystemCall>();
  for (const [at, line] of lines.entries()) {
    const [, thread = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const begun = /^(\w+)\((.*)$/.exec(text);
    if (begun !== null) {
      const [, name = '', words = ''] = begun;
      const call = { name, words, beganAt: at, endedAt: at };
      if (words.includes('<unfinished ...>')) unfinished.set(thread, call);
      else calls.push(call);
    } else if (text.startsWith('<... ')) {
      const call = unfinished.get(thread);
      if (call !== undefined) calls.push({ ...call, words: call.words + text, endedAt: at });
      unfinished.delete(thread);
    }
  }
  return calls.sort((a, b) => a.beganAt - b.beganAt);
}
