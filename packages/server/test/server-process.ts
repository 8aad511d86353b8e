import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** A real server in a process of its own, on a free port, in a folder of its own. */
export interface ServerProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  readonly folder: string;
  readonly child: ChildProcess;
  /** Every log line so far, parsed. */
  readonly log: readonly Record<string, unknown>[];
  /** Resolves with the first log line, past or to come, that passes. */
  waitForLog(test: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** SIGTERM; resolves with the exit code. Its folder is removed unless `keepFolder`. */
  stop(options?: { keepFolder?: boolean }): Promise<number | null>;
}

/**
 * Starts the server with these settings; rejects with its output where it does not listen. `under`: a program and its
 * arguments that becomes the server once it has arranged something (`prlimit --nofile=64`).
 */
export async function startServer(
  env: Readonly<Record<string, string>> = {},
  options: { folder?: string; under?: readonly string[] } = {},
): Promise<ServerProcess> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'images-server-')));
  const [program = process.execPath, ...words] = [...(options.under ?? []), process.execPath, MAIN];
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', CACHE_MIN_FREE_BYTES: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  const waiters = new Set<() => void>();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
    for (const wake of waiters) wake();
  });
  const exited = once(child, 'exit');

  function waitForLog(test: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = lines.find(test);
        if (found === undefined) return;
        waiters.delete(check);
        resolve(found);
      };
      waiters.add(check);
      void exited.then(() =>
        reject(new Error(`the server ended: ${errors}${JSON.stringify(lines.slice(-5))}`)),
      );
      check();
    });
  }

  async function stop({ keepFolder = false } = {}): Promise<number | null> {
    child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    if (!keepFolder) await rm(folder, { recursive: true, force: true });
    return code;
  }

  const { url } = await waitForLog((line) => line.msg === 'listening');
  if (child.pid === undefined) throw new Error('the server has no pid');
  return { url: String(url), pid: child.pid, folder, child, log: lines, waitForLog, stop };
}

/** Runs the server until it ends by itself, as it does where its settings are wrong. */
export async function runServer(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'images-server-'));
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  await rm(folder, { recursive: true, force: true });
  return { code, output };
}
