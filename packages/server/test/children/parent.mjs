// A server that does nothing but keep render processes, each busy with what the first argument says. It tells their
// pids, and is killed from outside.
import { createRenderPool } from '../../dist/render/render-pool.js';

const [command] = process.argv.slice(2);
const pids = [];

const pool = createRenderPool({
  entry: new URL('./obedient.mjs', import.meta.url),
  processes: 2,
  deadlineMs: 60_000,
  queueMax: 10,
  queueWaitMs: 1000,
  queueMaxBytes: 1,
  onEvent: (event) => {
    pids.push(event.pid);
    if (pids.length === 2) work();
  },
});

function work() {
  for (const _ of command === 'idle' ? [] : pids) {
    const options = { pictureId: 'p', estimatedBytes: 0, signal: new AbortController().signal };
    pool.run({ kind: 'render', steps: command }, options).catch(() => {});
  }
  process.send({ pids });
}
