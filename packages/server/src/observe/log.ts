import { randomBytes } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { createLogDestination, type LogDestination } from './log-destination.ts';

export type Log = Logger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** Where secrets would stand if somebody logged settings or headers. Spelt out: wildcards cost 10 microseconds a line. */
const SECRET_PATHS = ['', 'settings.', 'headers.', 'req.headers.', 'request.headers.'].flatMap((place) =>
  ['apiKeys', 'signingKeys', 'metricsKeys', 'authorization', 'cookie'].map((key) => place + key),
);

/**
 * Writes JSON lines (`level` as a word, `time` in Unix milliseconds, `msg`) to stdout and goes on when nobody reads them.
 * What is waiting is written when the process ends; before `process.exit`, await `flush`.
 */
export function createLog(options: { level: LogLevel; destination?: LogDestination }): {
  log: Log;
  flush(): Promise<void>;
} {
  const { level, destination = createLogDestination({ fileDescriptor: 1 }) } = options;
  const log = pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: '***' },
    },
    destination,
  );
  process.on('exit', () => destination.flushSync());
  return { log, flush: () => destination.flush() };
}

/** Makes request ids: short, and with next to no chance the same twice, in this process or another. */
export function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
