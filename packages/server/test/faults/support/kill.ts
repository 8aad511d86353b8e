import { once } from 'node:events';
import type { ServerProcess } from '../../server-process.ts';

/** `kill -9` of a server; resolves when the kernel has taken it back. Its folder stays. */
export async function killServer({ child }: ServerProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
