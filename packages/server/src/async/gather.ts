/** Lets what comes within the same moment be done together. */
export interface Gathering<Item> {
  add(item: Item): void;
  /** The moment is over now. */
  release(): void;
}

/** Creates it; `begin` gets all items of a moment: of `forMs` milliseconds from the first on, or until there are `most`. */
export function createGathering<Item>(
  { forMs, most }: { forMs: number; most: number },
  begin: (items: readonly Item[]) => void,
): Gathering<Item> {
  let gathered: Item[] = [];
  let timer: NodeJS.Timeout | undefined;

  function release(): void {
    clearTimeout(timer);
    timer = undefined;
    const items = gathered;
    gathered = [];
    if (items.length > 0) begin(items);
  }

  return {
    add(item) {
      gathered.push(item);
      if (gathered.length === most) release();
      else timer ??= setTimeout(release, forMs);
    },
    release,
  };
}
