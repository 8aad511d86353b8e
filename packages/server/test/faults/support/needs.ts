import { spawnSync } from 'node:child_process';

/** What a fault may need of the machine beyond Node; each with a command that ends with 0 where it is there. */
const CHECKS = {
  root: ['sh', '-c', 'test "$(id -u)" = 0'],
  'mount namespaces': ['unshare', '--mount', 'true'],
  'network namespaces': ['unshare', '--net', 'ip', 'link', 'set', 'lo', 'up'],
  strace: ['strace', '-o', '/dev/null', 'true'],
  faketime: ['faketime', '-f', '-1d', 'true'],
  prlimit: ['prlimit', '--version'],
} as const;

export type Need = keyof typeof CHECKS;

/** Those of the needs that the machine cannot fulfil. */
export function missingNeeds(needs: readonly Need[]): Need[] {
  return needs.filter((need) => {
    const [program, ...words] = CHECKS[need];
    return spawnSync(program, words, { stdio: 'ignore' }).status !== 0;
  });
}
