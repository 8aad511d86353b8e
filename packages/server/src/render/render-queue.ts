import type { ServiceError } from '../errors.ts';
import { createFairOrder } from './fair-order.ts';
import { type AdmissionBounds, createRenderAdmission, type RenderAdmission } from './render-admission.ts';

export interface RenderQueueOptions<Entry> extends AdmissionBounds {
  /** Whose an entry is. */
  clientOf(entry: Entry): string;
  /** An entry is out of the queue without its turn: it has waited too long, or made room for another client's. */
  onDropped(entry: Entry, error: ServiceError): void;
}

/** Fair among clients; bounded by how many wait and how long. Each entry is another object. */
export interface RenderQueue<Entry> extends Pick<RenderAdmission, 'hasRoom' | 'refusal' | 'refused'> {
  waiting(): number;
  /** Throws the refusal of one more of the entry's client, where there is one. */
  add(entry: Entry): void;
  /** Puts an entry that was taken for nothing back in front, for what is left of its time. */
  putBack(entry: Entry, remainingMs: number): void;
  /** The next entry, taken out, if `isWelcome` says so: the others wait behind it, or a big one would never have its turn. */
  take(isWelcome: (entry: Entry) => boolean): Entry | undefined;
  /** Takes an entry out, if it still waits. */
  remove(entry: Entry): void;
  /** A taken entry was served for so long, in milliseconds. */
  noteServed(entry: Entry, servedMs: number): void;
  /** A taken entry has left its place, whatever became of it. */
  release(entry: Entry): void;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly timer: NodeJS.Timeout;
}

/** Creates an empty queue. */
export function createRenderQueue<Entry>(options: RenderQueueOptions<Entry>): RenderQueue<Entry> {
  const { maxWaitMs, clientOf, onDropped } = options;
  const order = createFairOrder<Waiting<Entry>>();
  const admission = createRenderAdmission(order, options);
  /** The entries that are being served, and what their clients were charged for them. */
  const served: { readonly entry: Entry; readonly chargedMs: number }[] = [];

  function enter(entry: Entry, waitMs: number): Waiting<Entry> {
    const expire = () =>
      drop(entry, admission.refuse('queue_full', `no render process was free within ${maxWaitMs} ms`));
    return { entry, timer: setTimeout(expire, waitMs) };
  }

  function remove(entry: Entry): void {
    const waiting = order.remove(clientOf(entry), (other) => other.entry === entry);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    if (order.size() === 0) admission.noteEmpty();
  }

  function drop(entry: Entry, error: ServiceError): void {
    remove(entry);
    onDropped(entry, error);
  }

  function dropNewestOf(client: string): void {
    const newest = order.newestOf(client);
    if (newest === undefined) return;
    const message = `${order.waitingOf(client)} renders of this client wait, and others wait too`;
    drop(newest.entry, admission.refuse('too_many_requests', message));
  }

  /** The client's account from what it was charged to what it used. */
  function settle(entry: Entry, usedMs: number): void {
    const index = served.findIndex((other) => other.entry === entry);
    const [charge] = index === -1 ? [] : served.splice(index, 1);
    if (charge !== undefined) order.correct(clientOf(entry), usedMs - charge.chargedMs);
    if (served.length === 0 && order.size() === 0) order.forget();
  }

  return {
    waiting: order.size,
    hasRoom: admission.hasRoom,
    refusal: admission.refusal,
    refused: admission.refused,
    add(entry) {
      const client = clientOf(entry);
      const refusal = admission.refusal(client);
      if (refusal !== undefined) throw refusal;
      const tooMany = admission.whoMakesRoom(client);
      if (tooMany !== undefined) dropNewestOf(tooMany);
      order.add(client, enter(entry, maxWaitMs));
    },
    putBack(entry, remainingMs) {
      settle(entry, 0);
      order.addFirst(clientOf(entry), enter(entry, Math.max(0, remainingMs)));
    },
    take(isWelcome) {
      const first = order.first();
      if (first === undefined || !isWelcome(first.entry)) return undefined;
      const { entry } = first;
      const chargedMs = Math.max(admission.expectedMs(), 1);
      served.push({ entry, chargedMs });
      order.charge(clientOf(entry), chargedMs);
      remove(entry);
      return entry;
    },
    remove,
    noteServed(entry, servedMs) {
      admission.noteServed(servedMs);
      settle(entry, servedMs);
    },
    release: (entry) => settle(entry, 0),
  };
}
