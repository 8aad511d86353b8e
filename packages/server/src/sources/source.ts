import type { LocalBlob } from '../blobs/blob-store.ts';
import type { PictureFacts } from '../render/protocol.ts';

/** An original that is known to exist, wherever it comes from. */
export interface Original {
  /** Names the picture in the cache: all that is made of it lies in this group and goes with it. 40 or 64 hex digits. */
  readonly group: string;
  /** Names the bytes: different bytes, different id (a remote picture may change, an upload never does). */
  readonly id: string;
  readonly facts: PictureFacts;
  /** How long an answer made of it may be used: uploads for ever, remote pictures until `freshUntilMs`. */
  readonly freshness:
    | { readonly kind: 'immutable' }
    /** `stale`: past its time, being renewed behind this answer. */
    | { readonly kind: 'remote'; readonly freshUntilMs: number; readonly stale: boolean };
  /** The bytes as a local file, for a render process. Rejects with `not_found` where they have just been deleted. */
  open(signal: AbortSignal): Promise<LocalBlob>;
  /** False where it has been deleted meanwhile, by another server too; absent where nobody can delete it. */
  readonly isThere?: () => Promise<boolean>;
}
