import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { USER_ENV } from './drop-user.ts';
import { RESULT_FILE_ENV } from './result-file.ts';
import type { UnprivilegedUser } from './unprivileged-user.ts';

/** What of the server's environment a render process gets: no secret must ever be among them. */
const INHERITED_ENV = ['PATH', 'LD_LIBRARY_PATH'] as const;

const OWN_ENV = {
  // Which letters fill in for missing ones must not depend on whose machine it is.
  LANG: 'C.UTF-8',
  // glibc gives each thread its own arena and hardly returns them: two halve the resident memory at no cost.
  MALLOC_ARENA_MAX: '2',
  // Nor give back the memory of one job just to ask for it again: 6 % less time for a small JPEG. What is 4 MiB or more is
  // mapped by itself, and goes back at once.
  MALLOC_TRIM_THRESHOLD_: '67108864',
  MALLOC_MMAP_THRESHOLD_: '4194304',
  // One job at a time needs one thread beside the main one.
  UV_THREADPOOL_SIZE: '1',
  // libvips' loaders that were never fuzzed stay shut, whatever the code asks for.
  VIPS_BLOCK_UNTRUSTED: '1',
} as const;

/**
 * Run by sh in place of the render process, which it then becomes (same pid). Everything but the last lines is best
 * effort: a system that lacks one of them still gets its renders.
 * - no core dumps: they hold the pictures of users and fill the disk;
 * - RLIMIT_DATA, not RLIMIT_AS: V8 reserves far more address space than it uses;
 * - the kernel's first choice when memory runs out, before the server;
 * - its threads do not interrupt each other (SCHED_BATCH): libvips' two hand strips to one another, and each would stop
 *   the other at every one, 60 times a render; without, a small render takes 2 to 3 % less time;
 * - a network of its own, with nobody in it, where the server may arrange that (as root, outside of most containers);
 * - killed by the kernel when the server dies, even if a stuck main thread cannot see that its channel closed.
 */
const LAUNCH_SCRIPT = `
{
  ulimit -c 0
  ulimit -d "$1"
  echo 500 > /proc/self/oom_score_adj
} 2> /dev/null
shift
if chrt --batch 0 true 2> /dev/null; then set -- chrt --batch 0 "$@"; fi
if unshare --net true 2> /dev/null; then set -- unshare --net "$@"; fi
if setpriv --pdeathsig KILL true 2> /dev/null; then exec setpriv --pdeathsig KILL "$@"; fi
exec "$@"`;

export interface LaunchOptions {
  /** The program that a render process runs: JavaScript, as a file. */
  readonly entry: URL | string;
  /** Most bytes of writable memory (RLIMIT_DATA); beyond it allocations fail, and with them that job alone. */
  readonly maxDataBytes: number;
  /** Whom it becomes once its code is loaded; undefined to stay who the server is. */
  readonly user: UnprivilegedUser | undefined;
  /** The configuration of fontconfig that names the fonts of texts; undefined where none are written. */
  readonly fontConfigFile?: string | undefined;
  /** The open file in which it leaves its results; undefined where they take the channel. */
  readonly resultFile: number | undefined;
}

/**
 * So much nicer than the server: a tenth of its weight. Whenever the server has something to do (an answer from the
 * cache, a health check, a refusal) it has a processor at once, though all of them render.
 */
const NICENESS = 10;
const MAX_NICENESS = 19;

const STDIO = ['ignore', 'ignore', 'pipe', 'ipc'] satisfies StdioOptions;

/** Forks a render process: a channel of structured clones, the result file and stderr are all that is shared. POSIX only. */
export function launchRenderProcess(options: LaunchOptions): ChildProcess {
  const { entry, maxDataBytes, user, fontConfigFile, resultFile } = options;
  const program = entry instanceof URL ? fileURLToPath(entry) : entry;
  const maxDataKilobytes = String(Math.floor(maxDataBytes / 1024));
  const command = [LAUNCH_SCRIPT, 'render-process', maxDataKilobytes, process.execPath, program];
  const child = spawn('/bin/sh', ['-c', ...command], {
    env: {
      ...renderEnv(process.env),
      ...(user === undefined ? {} : userEnv(user)),
      ...(fontConfigFile === undefined ? {} : { FONTCONFIG_FILE: fontConfigFile }),
      ...(resultFile === undefined ? {} : { [RESULT_FILE_ENV]: String(STDIO.length) }),
    },
    serialization: 'advanced',
    stdio: resultFile === undefined ? STDIO : [...STDIO, resultFile],
  });
  if (child.pid !== undefined) yieldToServer(child.pid);
  return child;
}

function yieldToServer(pid: number): void {
  try {
    setPriority(pid, Math.min(MAX_NICENESS, getPriority() + NICENESS));
  } catch {
    // It has ended already, which its exit tells.
  }
}

function userEnv({ uid, gid }: UnprivilegedUser): Record<string, string> {
  return { [USER_ENV.uid]: String(uid), [USER_ENV.gid]: String(gid) };
}

function renderEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const inherited = INHERITED_ENV.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...OWN_ENV };
}
