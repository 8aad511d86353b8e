/** Runs work now, or in its turn a moment later. */
export type Pace = (work: () => void) => void;

interface Waiting {
  readonly work: () => void;
  readonly latestMs: number;
}

const TICK_MS = 5;

/**
 * Creates a pace: `perSecond` pieces of work on average run at once, more of them in their turn, but none later than
 * after about `maxDelayMs` milliseconds.
 */
export function createPace(options: { perSecond: number; maxDelayMs: number; now?: () => number }): Pace {
  const { perSecond, maxDelayMs, now = () => performance.now() } = options;
  const mostAtOnce = (perSecond * 2 * TICK_MS) / 1000;
  const waiting: Waiting[] = [];
  let allowance = mostAtOnce;
  let countedMs = now();
  let isTicking = false;

  function allow(): boolean {
    allowance = Math.min(mostAtOnce, allowance + ((now() - countedMs) * perSecond) / 1000);
    countedMs = now();
    if (allowance < 1) return false;
    allowance -= 1;
    return true;
  }

  function runDue(): void {
    let due = 0;
    for (const { latestMs } of waiting) {
      if (latestMs > now() && !allow()) break;
      due += 1;
    }
    for (const { work } of waiting.splice(0, due)) work();
    isTicking = false;
    if (waiting.length > 0) tick();
  }

  function tick(): void {
    if (!isTicking) setTimeout(runDue, TICK_MS);
    isTicking = true;
  }

  return (work) => {
    if (waiting.length === 0 && allow()) {
      work();
      return;
    }
    waiting.push({ work, latestMs: now() + maxDelayMs });
    tick();
  };
}
