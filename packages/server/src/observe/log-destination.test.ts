import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createLogDestination } from './log-destination.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('createLogDestination', () => {
  it('writes lines in the order in which they came', async () => {
    const path = join(folder, 'log');
    const destination = createLogDestination({ fileDescriptor: opened(path, 'a') });
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index}\n`);
    for (const line of lines) destination.write(line);
    await destination.flush();
    destination.write('last\n');
    destination.flushSync();
    await destination.flush();
    expect(await readFile(path, 'utf8')).toBe(`${lines.join('')}last\n`);
  });

  it('appends to what a log file already holds', async () => {
    const path = join(folder, 'log');
    for (const line of ['first\n', 'second\n']) {
      const destination = createLogDestination({ fileDescriptor: opened(path, 'a') });
      destination.write(line);
      await destination.flush();
    }
    expect(await readFile(path, 'utf8')).toBe('first\nsecond\n');
  });

  it('drops lines that a full disk does not take, and goes on', async () => {
    const destination = createLogDestination({ fileDescriptor: opened('/dev/full', 'w') });
    for (let round = 0; round < 3; round += 1) {
      destination.write('lost\n');
      await destination.flush();
    }
    destination.write('lost at the end\n');
    destination.flushSync();
    await expect(destination.flush()).resolves.toBeUndefined();
  });

  it('goes on when the reader of its pipe has gone', async () => {
    const pipe = await openPipe();
    const destination = createLogDestination({ fileDescriptor: pipe.writer });
    pipe.closeReader();
    destination.write('lost\n');
    await destination.flush();
    destination.write('lost at the end\n');
    destination.flushSync();
    await expect(destination.flush()).resolves.toBeUndefined();
  });

  it('keeps a bounded amount for a reader that does not read, and says how many lines were lost', async () => {
    const pipe = await openPipe();
    const destination = createLogDestination({ fileDescriptor: pipe.writer });
    const line = `${'x'.repeat(1023)}\n`;
    const count = 10_000;
    for (let index = 0; index < count; index += 1) destination.write(line);
    const text = await readUntil(pipe.reader, (read) => read.length >= 4 * 1024 * 1024);
    await destination.flush();
    destination.write('back\n');
    const rest = await readUntil(pipe.reader, (read) => read.endsWith('back\n'));
    const lines = `${text}${rest}`.split('\n');
    const kept = lines.filter((read) => read === line.trimEnd()).length;
    const notices = lines.filter((read) => read.startsWith('{')).map((read): unknown => JSON.parse(read));
    expect(kept).toBeLessThan(count);
    expect(notices).toEqual([expect.objectContaining({ level: 'warn', lines: count - kept })]);
  });

  it('lets a process end whose output nobody reads', async () => {
    const pipe = await openPipe();
    const script = `
      import { createLogDestination } from ${JSON.stringify(BUILT_MODULE)};
      const destination = createLogDestination({ fileDescriptor: 1 });
      for (let index = 0; index < 1000; index += 1) destination.write('x'.repeat(1000) + '\\n');
      await destination.flush();
      process.exit(7);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', pipe.writer, 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [code]: unknown[] = await once(child, 'exit');
    expect(code).toBe(7);
  });
});

const BUILT_MODULE = fileURLToPath(new URL('../../dist/observe/log-destination.js', import.meta.url));

function opened(path: string, flags: string): number {
  const fileDescriptor = openSync(path, flags);
  onTestFinished(() => closeSync(fileDescriptor));
  return fileDescriptor;
}

async function openPipe(): Promise<{ reader: number; writer: number; closeReader(): void }> {
  const path = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let isOpen = true;
  function closeReader(): void {
    if (isOpen) closeSync(reader);
    isOpen = false;
  }
  onTestFinished(closeReader);
  return { reader, writer: opened(path, 'w'), closeReader };
}

/** Reads from a pipe that does not block until the text is what is asked for. */
async function readUntil(reader: number, isEnough: (text: string) => boolean): Promise<string> {
  const buffer = Buffer.alloc(64 * 1024);
  let text = '';
  while (!isEnough(text)) {
    try {
      text += buffer.toString('latin1', 0, readSync(reader, buffer));
    } catch {
      // Empty for now: the writer gets a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return text;
}
