/** What waits, in the order in which it is its turn: each client's first come, first served; clients by what they used. */
export interface FairOrder<Entry> {
  size(): number;
  /** How many clients something waits of. */
  clients(): number;
  waitingOf(client: string): number;
  /** What waits of each client of which something does. */
  all(): Iterable<{ readonly client: string; readonly waiting: readonly Entry[] }>;
  add(client: string, entry: Entry): void;
  /** Before all else of that client: an entry that was taken for nothing. */
  addFirst(client: string, entry: Entry): void;
  /** Whose turn it is; it keeps waiting. */
  first(): Entry | undefined;
  /** What came last of a client. */
  newestOf(client: string): Entry | undefined;
  /** Takes an entry out and returns it; undefined where none of that client's `isIt`. */
  remove(client: string, isIt: (entry: Entry) => boolean): Entry | undefined;
  /** Notes that a client, of which something waits, is served from now on, for about so many milliseconds. */
  charge(client: string, expectedMs: number): void;
  /** Corrects a charge once it is known how long it was, in milliseconds. */
  correct(client: string, differenceMs: number): void;
  /** Forgets what clients have used: nothing is served, nothing waits. */
  forget(): void;
}

interface Turn<Entry> {
  readonly client: string;
  readonly waiting: Entry[];
  /** On the common clock: up to where the client has had its share. */
  usedMs: number;
}

/** Of how many clients that wait for nothing it is remembered what they used, beyond the clock. */
const MAX_RESTING = 1000;

/**
 * Creates an empty order: start-time fair queueing (Goyal, Vin and Cheng, 1996) by the time that serving takes. The
 * clock stands at what the client whose turn was last had used before it; a client that comes, or comes back, starts at
 * the clock. So whoever asks for little is next, and those who ask for more have the same time each, not the same number
 * of turns. With one client it is first come, first served. Finding the next is linear in the number of clients.
 */
export function createFairOrder<Entry>(): FairOrder<Entry> {
  const turns = new Map<string, Turn<Entry>>();
  const resting = new Map<string, number>();
  let size = 0;
  let clockMs = 0;

  function enter(client: string): Entry[] {
    size += 1;
    const turn = turns.get(client) ?? {
      client,
      waiting: [],
      usedMs: Math.max(resting.get(client) ?? 0, clockMs),
    };
    turns.set(client, turn);
    resting.delete(client);
    return turn.waiting;
  }

  function rest(client: string, usedMs: number): void {
    turns.delete(client);
    resting.set(client, usedMs);
    const [oldest] = resting.keys();
    if (resting.size > MAX_RESTING && oldest !== undefined) resting.delete(oldest);
  }

  return {
    size: () => size,
    clients: () => turns.size,
    waitingOf: (client) => turns.get(client)?.waiting.length ?? 0,
    all: () => turns.values(),
    add: (client, entry) => void enter(client).push(entry),
    addFirst: (client, entry) => void enter(client).unshift(entry),
    first() {
      let next: Turn<Entry> | undefined;
      // Of those that have used as much, the one that began to wait first.
      for (const turn of turns.values()) if (next === undefined || turn.usedMs < next.usedMs) next = turn;
      return next?.waiting[0];
    },
    newestOf: (client) => turns.get(client)?.waiting.at(-1),
    remove(client, isIt) {
      const turn = turns.get(client);
      const index = turn?.waiting.findIndex(isIt) ?? -1;
      if (turn === undefined || index === -1) return undefined;
      const [removed] = turn.waiting.splice(index, 1);
      size -= 1;
      if (turn.waiting.length === 0) rest(client, turn.usedMs);
      return removed;
    },
    charge(client, expectedMs) {
      const turn = turns.get(client);
      if (turn === undefined) return;
      clockMs = Math.max(clockMs, turn.usedMs);
      turn.usedMs += expectedMs;
    },
    correct(client, differenceMs) {
      const turn = turns.get(client);
      const restedMs = resting.get(client);
      if (turn !== undefined) turn.usedMs += differenceMs;
      else if (restedMs !== undefined) resting.set(client, restedMs + differenceMs);
    },
    forget: () => resting.clear(),
  };
}
