import type { GroupTicket } from './variant-cache.ts';

/** Which tickets still count. */
export interface GroupGenerations {
  ticket(group: string, alsoFrom?: readonly string[]): GroupTicket;
  /** False once one of its groups has ended since the ticket was taken. */
  isCurrent(ticket: GroupTicket): boolean;
  /** Voids every ticket of the group that was taken until now. */
  end(group: string): void;
}

/**
 * Creates the memory of which groups ended when, by one counter for all. It remembers the last `remembered` endings;
 * a ticket older than those is void whatever its group, so that neither memory grows nor an old ticket slips through.
 */
export function createGroupGenerations({ remembered = 10_000 } = {}): GroupGenerations {
  const endings = new Map<string, number>();
  let generation = 0;
  let forgottenUpTo = 0;
  return {
    ticket: (group, alsoFrom = []) => ({ group, alsoFrom, generation }),
    isCurrent: (ticket) =>
      ticket.generation >= forgottenUpTo &&
      [ticket.group, ...ticket.alsoFrom].every((group) => ticket.generation >= (endings.get(group) ?? 0)),
    end(group) {
      generation += 1;
      // Deleted first, so that the Map is in the order of the endings.
      endings.delete(group);
      endings.set(group, generation);
      if (endings.size <= remembered) return;
      for (const [oldest, ending] of endings) {
        endings.delete(oldest);
        forgottenUpTo = ending;
        return;
      }
    },
  };
}
