/**
 * For whom work is done, told by the signal that ends the work when they have gone. Whoever waits hands its signal down
 * through every layer anyway: so no layer has a second thing to hand on, and none can forget it.
 */
const askers = new WeakMap<AbortSignal, string>();

/** Says for whom work with this signal is done; for nobody in particular where `asker` is undefined. */
export function setAsker(signal: AbortSignal, asker: string | undefined): void {
  if (asker !== undefined) askers.set(signal, asker);
}

/** For whom work with this signal is done; undefined for work of the server's own. */
export function askerOf(signal: AbortSignal): string | undefined {
  return askers.get(signal);
}
