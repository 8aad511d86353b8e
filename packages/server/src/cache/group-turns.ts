/** One after the other within a group, side by side across groups. */
export interface GroupTurns {
  /** Runs the work when all that was asked for before it in this group has ended, well or not. */
  take(group: string, work: () => Promise<void>): Promise<void>;
  /** Is anything running or waiting in the group? */
  isBusy(group: string): boolean;
  /** When all that has been asked for until now has ended. */
  ended(): Promise<void>;
}

/** Creates turns; a group that is idle takes no memory. */
export function createGroupTurns(): GroupTurns {
  const tails = new Map<string, Promise<void>>();
  return {
    take(group, work) {
      const run = (tails.get(group) ?? Promise.resolve()).then(work);
      const tail: Promise<void> = run
        .catch(() => undefined)
        .then(() => {
          if (tails.get(group) === tail) tails.delete(group);
        });
      tails.set(group, tail);
      return run;
    },
    isBusy: (group) => tails.has(group),
    async ended() {
      await Promise.all(tails.values());
    },
  };
}
