/** What the cache needs of a logger; pino's fits. */
export interface CacheLog {
  warn(details: object, message: string): void;
}

/** Logs a warning, but each message at most once a minute: a full disk would otherwise fill it with warnings. */
export type RareLog = (message: string, details: object) => void;

const SILENT_MS = 60_000;

/** Creates a log for few different messages; what changes from case to case belongs into the details. */
export function createRareLog(
  log: CacheLog | undefined,
  now: () => number = () => performance.now(),
): RareLog {
  const seen = new Map<string, { loggedAtMs: number; left: number }>();
  return (message, details) => {
    const before = seen.get(message);
    if (before !== undefined && now() - before.loggedAtMs < SILENT_MS) {
      before.left += 1;
      return;
    }
    seen.set(message, { loggedAtMs: now(), left: 0 });
    const left = before?.left ?? 0;
    log?.warn(left > 0 ? { ...details, alsoNotLogged: left } : details, message);
  };
}
