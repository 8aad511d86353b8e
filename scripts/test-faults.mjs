/** Runs the faults; `--long` for the form that takes hours, other words choose files. */
import { spawnSync } from 'node:child_process';

const words = process.argv.slice(2);
const isLong = words.includes('--long');
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--config', 'vitest.faults.config.ts', ...words.filter((word) => word !== '--long')],
  { stdio: 'inherit', env: { ...process.env, ...(isLong ? { FAULTS: 'long' } : {}) } },
);
process.exit(status ?? 1);
