import type { Log } from '../observe/log.ts';
import type { UploadTokens } from './upload-tokens.ts';

const EVERY_MS = 60 * 60 * 1000;

/** Forgets used upload tokens whose time has passed, now and every hour, until it is stopped. */
export function startTokenSweep({ tokens, log }: { tokens: UploadTokens; log: Log }): {
  stop(): Promise<void>;
} {
  let lastSweep = sweep();
  const timer = setInterval(() => {
    lastSweep = lastSweep.then(sweep);
  }, EVERY_MS);
  timer.unref();

  async function sweep(): Promise<void> {
    await tokens.sweep().catch((error: unknown) => {
      log.warn({ err: error }, 'used upload tokens could not be swept');
    });
  }

  async function stop(): Promise<void> {
    clearInterval(timer);
    await lastSweep;
  }

  return { stop };
}
