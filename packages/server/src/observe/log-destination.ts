import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';

const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024;
const RETRY_MS = 50;
/** How long the end of the process may be held up by a reader that does not read. */
const MAX_FLUSH_MS = 1000;

/** Where log lines go; the shape that pino asks of a destination. */
export interface LogDestination {
  /** Takes a line (with its line feed) and returns at once; never throws. */
  write(line: string): void;
  /** Resolves when what was taken before is written or dropped, after a second at the latest. */
  flush(): Promise<void>;
  /** Writes what is waiting before it returns, within a second; for the end of the process. */
  flushSync(): void;
}

/** Lines on their way, and how many lost ones they report. */
interface Batch {
  readonly bytes: Buffer;
  readonly lines: number;
  readonly reportedLosses: number;
}

/**
 * Writes lines to a file descriptor, in order, one write at a time, what comes meanwhile in one piece. A reader that has
 * gone or does not read, or a full disk, costs log lines and nothing else: at most 4 MiB wait, what cannot be written is
 * dropped, and how many lines that were is logged with the next that can be.
 *
 * Not pino's own destination: that one ends the process on a full disk (an 'error' event that nobody takes), and its
 * flush at exit tries for ever where writing fails.
 */
export function createLogDestination(options: { fileDescriptor: number }): LogDestination {
  const fileDescriptor = nonBlocking(options.fileDescriptor);
  let waiting: string[] = [];
  let waitingCharacters = 0;
  let lostLines = 0;
  let lineBegun = false;
  let busySinceMs: number | undefined;
  let idleListeners: (() => void)[] = [];

  function takeBatch(): Batch {
    // After a write that broke off within a line, a line feed keeps the next one whole.
    const begin = lineBegun ? '\n' : '';
    const notice = lostLines === 0 ? '' : lossNotice(lostLines);
    const bytes = Buffer.from(begin + notice + waiting.join(''));
    const batch = { bytes, lines: waiting.length, reportedLosses: lostLines };
    waiting = [];
    waitingCharacters = 0;
    return batch;
  }

  function writeNext(): void {
    if (waiting.length > 0) {
      const batch = takeBatch();
      writeRest(batch, batch.bytes);
      return;
    }
    busySinceMs = undefined;
    for (const listener of idleListeners) listener();
    idleListeners = [];
  }

  function writeRest(batch: Batch, rest: Buffer): void {
    write(fileDescriptor, rest, (error, written) => {
      if (error !== null && isBehind(error)) {
        setTimeout(writeRest, RETRY_MS, batch, rest).unref();
        return;
      }
      if (error === null && written < rest.length) {
        writeRest(batch, rest.subarray(written));
        return;
      }
      if (error === null) lostLines -= batch.reportedLosses;
      else lostLines += batch.lines;
      lineBegun = error !== null && (lineBegun || rest.length < batch.bytes.length);
      writeNext();
    });
  }

  return {
    write(line) {
      if (waitingCharacters + line.length > MAX_WAITING_CHARACTERS) {
        lostLines += 1;
        return;
      }
      waiting.push(line);
      waitingCharacters += line.length;
      if (busySinceMs !== undefined) return;
      busySinceMs = performance.now();
      // Each write wakes another thread, which costs a busy server more than the line itself: those of one turn together.
      setImmediate(writeNext);
    },
    async flush() {
      if (busySinceMs === undefined) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, MAX_FLUSH_MS);
        idleListeners.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    flushSync() {
      const isStuck = busySinceMs !== undefined && performance.now() - busySinceMs > MAX_FLUSH_MS;
      if (waiting.length > 0 && !isStuck) writeAllSync(fileDescriptor, takeBatch().bytes);
    },
  };
}

/**
 * A pipe opened anew so that writing to it never blocks: a write to a pipe that nobody reads would keep a thread, and the
 * process could not end. The descriptor itself stays as it is, since it may be shared with other processes.
 */
function nonBlocking(fileDescriptor: number): number {
  try {
    if (!fstatSync(fileDescriptor).isFIFO()) return fileDescriptor;
    return openSync(`/proc/self/fd/${fileDescriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // Not Linux, no right to open it, or the reader has gone: then as it is.
    return fileDescriptor;
  }
}

function writeAllSync(fileDescriptor: number, bytes: Buffer): void {
  const deadlineMs = performance.now() + MAX_FLUSH_MS;
  let rest = bytes;
  while (rest.length > 0 && performance.now() < deadlineMs) {
    try {
      rest = rest.subarray(writeSync(fileDescriptor, rest));
    } catch (error) {
      if (!(error instanceof Error && isBehind(error))) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

/** The pipe is full for the moment. */
function isBehind(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EAGAIN';
}

function lossNotice(lines: number): string {
  const msg = 'log lines could not be written and were dropped';
  return `${JSON.stringify({ level: 'warn', time: Date.now(), lines, msg })}\n`;
}
