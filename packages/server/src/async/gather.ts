/** Lets work that comes within the same moment begin together. */
export interface Gathering {
  /** Runs the work when the moment is over; settles as the work does. */
  add(work: () => Promise<void>): Promise<void>;
  /** The moment is over now. */
  release(): void;
}

/**
 * Creates it; a moment is `forMs` milliseconds from the first work on. What has to wake other threads (files, in Node)
 * wakes them once for all that was gathered, and that is most of what a small file costs.
 */
export function createGathering(forMs: number): Gathering {
  let begin: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  function release(): void {
    clearTimeout(timer);
    timer = undefined;
    const due = begin;
    begin = [];
    for (const start of due) start();
  }

  return {
    async add(work) {
      timer ??= setTimeout(release, forMs);
      return new Promise((resolve) => {
        begin.push(() => resolve(work()));
      });
    },
    release,
  };
}
