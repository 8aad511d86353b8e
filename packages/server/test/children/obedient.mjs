// A render process that does what a job's `steps` say, however bad.
import { existsSync, readFileSync, writeSync } from 'node:fs';

let done = 0;

function variant(text) {
  return {
    kind: 'variant',
    sizes: [],
    bytes: Buffer.from(text),
    format: 'png',
    width: 1,
    height: 1,
    timings: { renderMs: 0 },
  };
}

function answer(id, result, rssBytes = process.memoryUsage.rss()) {
  done += 1;
  process.send({ id, result, rssBytes });
}

const COMMANDS = {
  /** Answers with its pid. */
  pid: ({ id }) => answer(id, variant(String(process.pid))),
  /** How many jobs it has answered before this one. */
  count: ({ id }) => answer(id, variant(String(done))),
  /** Says that it holds a gigabyte. */
  grow: ({ id }) => answer(id, variant('grown'), 1024 ** 3),
  /** Answers 25 kB of the file that it was given. */
  read: ({ id, job }) => answer(id, variant(readFileSync(job.input.path).subarray(0, 25_000))),
  /** Its environment and limits. */
  confess: ({ id }) => {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const oomScore = readFileSync('/proc/self/oom_score_adj', 'utf8').trim();
    answer(id, variant(JSON.stringify({ env: process.env, limits, oomScore, uid: process.getuid() })));
  },
  fail: ({ id }) => process.send({ id, failure: { code: 'broken_picture', message: 'torn' }, rssBytes: 1 }),
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  exit: () => process.exit(3),
  complain: () => {
    process.stderr.write('out of cheese\n', () => process.exit(4));
  },
  /** Its main thread never comes back. */
  spin: () => {
    for (;;);
  },
  /** Never answers. */
  ignore: () => {},
  stop: () => process.kill(process.pid, 'SIGSTOP'),
  babble: () => process.send({ id: 'not a number' }),
  answerAnother: ({ id }) => answer(id + 1, variant('')),
  /** Answers with what it leaves in its result file. */
  leave: ({ id }) => {
    writeSync(Number(process.env.RENDER_RESULT_FILE), 'left '.repeat(10_000), 0);
    process.send({ id, result: variant(''), bytesInFile: 50_000, rssBytes: 1 });
  },
  /** Says that more lies in its result file than there is. */
  boast: ({ id }) => process.send({ id, result: variant(''), bytesInFile: 1_000_000, rssBytes: 1 }),
  /** Says that more lies there than may. */
  swell: ({ id }) => process.send({ id, result: variant(''), bytesInFile: 2 ** 40, rssBytes: 1 }),
  facts: ({ id }) => answer(id, { kind: 'facts', facts: {} }),
  /** Answers once the file that it was given exists. */
  hold: ({ id, job }) => {
    const look = () => {
      if (!existsSync(job.input.path)) return;
      clearInterval(timer);
      answer(id, variant('held'));
    };
    const timer = setInterval(look, 5);
  },
  /** Takes as many milliseconds as the job's input is long. */
  take: ({ id, job }) => setTimeout(() => answer(id, variant('taken')), job.input.length),
};

if (process.env.RENDER_UID !== undefined) {
  const { dropUser } = await import('../../dist/render/drop-user.js');
  dropUser(process.env);
}
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (request) => COMMANDS[request.job.steps](request));
process.send({ ready: true });
