import { ServiceError } from '../errors.ts';

const MAX_DEATHS = 2;
const COUNTED_MS = 10 * 60_000;
const REFUSED_MS = 60_000;
/** Pictures remembered at once; beyond it the one that killed longest ago is forgotten. */
const MAX_PICTURES = 10_000;

/**
 * Remembers which pictures kill render processes. After two deaths by signal within 10 minutes a picture is refused for
 * 60 s, so that it cannot take down one process after the other; each further death within the 10 minutes refuses it anew.
 */
export interface CrashRecord {
  /** A process died by a signal that was not ours while it worked on this picture. */
  noteDeath(pictureId: string): void;
  /** Throws `picture_refused` while the picture is refused. */
  check(pictureId: string): void;
}

interface Deaths {
  readonly timesMs: readonly number[];
  readonly refusedUntilMs: number;
}

/** `now`: monotonic milliseconds. */
export function createCrashRecord({ now }: { now: () => number }): CrashRecord {
  const pictures = new Map<string, Deaths>();

  return {
    noteDeath(pictureId) {
      const nowMs = now();
      const earlier = pictures.get(pictureId)?.timesMs ?? [];
      const timesMs = [...earlier, nowMs].filter((timeMs) => timeMs > nowMs - COUNTED_MS).slice(-MAX_DEATHS);
      const refusedUntilMs = timesMs.length >= MAX_DEATHS ? nowMs + REFUSED_MS : nowMs;
      // Deleted first: a Map keeps insertion order, so the first entry is the one that killed longest ago.
      pictures.delete(pictureId);
      pictures.set(pictureId, { timesMs, refusedUntilMs });
      if (pictures.size > MAX_PICTURES) forgetOldest(pictures);
    },
    check(pictureId) {
      const deaths = pictures.get(pictureId);
      if (deaths === undefined || now() >= deaths.refusedUntilMs) return;
      const message = `this picture ended ${MAX_DEATHS} render processes; it is refused for ${REFUSED_MS / 1000} s`;
      const retryAfterSeconds = Math.ceil((deaths.refusedUntilMs - now()) / 1000);
      throw new ServiceError('picture_refused', message, { retryAfterSeconds });
    },
  };
}

function forgetOldest(pictures: Map<string, Deaths>): void {
  for (const pictureId of pictures.keys()) {
    pictures.delete(pictureId);
    return;
  }
}
