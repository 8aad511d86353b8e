import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { installedLibraries, libraryProblems } from '../../config/library-versions.ts';
import { nodeVersionProblem } from '../../config/node-version.ts';
import { openFilesLimit } from '../../config/open-files.ts';
import type { Settings } from '../../config/schema.ts';
import { advice, type Finding, ok, problem } from './finding.ts';

/** Versions, processor, allocator, descriptors, user: what is there before any setting. */
export function checkMachine(environment: Readonly<Record<string, string | undefined>>): Finding[] {
  return [
    checkNode(process.versions.node),
    checkLibraries(),
    checkAllocator(environment),
    checkDescriptors(),
    checkUser(),
    checkLauncher(),
  ].flat();
}

function checkNode(version: string): Finding {
  const wrong = nodeVersionProblem(version);
  if (wrong === undefined) return ok('Node.js', version);
  return problem('Node.js', `${version} ${wrong.message}`, `install ${wrong.allowed ?? 'a later release'}`);
}

function checkLibraries(): Finding[] {
  const versions = installedLibraries();
  const problems = libraryProblems(versions);
  const text = Object.entries(versions)
    .map(([name, version]) => `${name} ${version ?? 'of the system'}`)
    .join(', ');
  if (problems.length === 0) return [ok('libraries', text)];
  return problems.map(({ name, given, message }) => problem(name, `${given} ${message}`, 'run npm ci'));
}

/** Two arenas halve what glibc holds on to; render processes are started with them, the server has what it was given. */
function checkAllocator(environment: Readonly<Record<string, string | undefined>>): Finding {
  const subject = 'allocator';
  const preloaded = environment.LD_PRELOAD ?? '';
  if (/jemalloc|mimalloc|tcmalloc/.test(preloaded)) return ok(subject, preloaded);
  if (environment.MALLOC_ARENA_MAX !== undefined) {
    return ok(subject, `glibc with MALLOC_ARENA_MAX=${environment.MALLOC_ARENA_MAX}`);
  }
  if (process.platform !== 'linux') return ok(subject, `the one of ${process.platform}`);
  return advice(
    subject,
    'glibc gives each thread an arena of its own, and hardly returns their memory',
    'start the server with MALLOC_ARENA_MAX=2 (render processes have it already)',
  );
}

/** A connection and an open file each take one. */
const ENOUGH_DESCRIPTORS = 4096;

/** `limits`: the text of `/proc/self/limits`, where that is not this process's. */
export function checkDescriptors(limits?: string): Finding {
  const subject = 'open files';
  const most = openFilesLimit(limits);
  if (most === undefined) return ok(subject, 'the limit is not known on this system');
  if (most >= ENOUGH_DESCRIPTORS) return ok(subject, `up to ${Number.isFinite(most) ? most : 'unlimited'}`);
  const message = `at most ${most}, connections included`;
  return advice(subject, message, `raise it: ulimit -n ${ENOUGH_DESCRIPTORS}, or LimitNOFILE= of systemd`);
}

function checkUser(): Finding {
  const uid = process.getuid?.();
  if (uid !== 0) return ok('user', `uid ${uid ?? 'unknown'}`);
  return advice(
    'user',
    'root: render processes become nobody, the server itself does not',
    'run it as a user of its own that owns the two folders',
  );
}

function checkLauncher(): Finding {
  try {
    execFileSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' });
    return ok('setpriv', 'render processes end with the server');
  } catch {
    return advice(
      'setpriv',
      'is missing: a render process that is stuck may outlive a server that was killed',
      'install util-linux',
    );
  }
}

/** Whether there are as many processors as render processes; `cpuMax`: the text of the cgroup's `cpu.max`. */
export function checkProcessors(
  { renderProcesses }: Pick<Settings, 'renderProcesses'>,
  cpuMax = readText('/sys/fs/cgroup/cpu.max'),
): Finding {
  const [quota = '', period = ''] = (cpuMax ?? '').trim().split(' ');
  const granted = Number(quota) / Number(period);
  const cores = Number.isFinite(granted) ? Math.min(granted, availableParallelism()) : availableParallelism();
  const message = `${renderProcesses} render processes on ${Math.round(cores * 10) / 10} processors`;
  if (renderProcesses <= Math.ceil(cores)) return ok('processors', message);
  const change = `set RENDER_PROCESSES=${Math.max(1, Math.ceil(cores))}, or each render takes longer and holds memory longer`;
  return advice('processors', message, change);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
