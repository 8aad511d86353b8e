import type { BlobListing, BlobStore } from '../blobs/blob-store.ts';
import type { EntryIndex } from './entry-index.ts';
import { isEntryKey } from './entry-key.ts';
import type { RareLog } from './rare-log.ts';
import { takeUsageMark } from './usage-mark.ts';

/** Finds out, behind the requests, what the store holds from earlier. */
export interface IndexScan {
  /** `stopped`: closed, or the store could not be listed and is tried again. */
  state(): 'running' | 'stopped' | 'ended';
  /**
   * What may lie in the store that has not been found yet. At most what the last process left word of, or, where it
   * could not, its whole budget.
   */
  unseenCost(): number;
  /** When the first few thousand entries are found, or all there are. */
  readonly begun: Promise<void>;
  /** When all is found. */
  readonly ended: Promise<void>;
  /** When some more are found, or the scan has ended or stopped. */
  progress(): Promise<void>;
  /** Ends it where it is. */
  close(): Promise<void>;
}

/** Entries sorted and added to the index in one go: a few milliseconds. */
const RUN_LENGTH = 5000;

const RETRY_MS = 60_000;

/** Starts a scan of the store that fills the index. */
export function startIndexScan(dependencies: {
  blobs: BlobStore;
  index: EntryIndex;
  maxBytes: number;
  log: RareLog;
}): IndexScan {
  const { blobs, index, maxBytes, log } = dependencies;
  let state: 'running' | 'stopped' | 'ended' = 'running';
  let foundCost = 0;
  let expectedCost = maxBytes;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let step = createStep();
  const end = createStep();
  const begun = step.taken;

  const endStep = (): void => {
    step.take();
    step = createStep();
  };
  const scanAll = async (): Promise<'stopped' | 'ended'> => {
    expectedCost = Math.min(expectedCost, (await takeUsageMark(blobs)) ?? maxBytes);
    let run: BlobListing[] = [];
    for await (const blob of blobs.list()) {
      if (closed) return 'stopped';
      if (isEntryKey(blob.key)) run.push(blob);
      if (run.length < RUN_LENGTH) continue;
      foundCost += index.addScanned(run);
      run = [];
      endStep();
    }
    foundCost += index.addScanned(run);
    index.endScan();
    return 'ended';
  };
  const scan = async (): Promise<void> => {
    state = 'running';
    try {
      state = await scanAll();
      if (state === 'ended') end.take();
    } catch (error) {
      state = 'stopped';
      log('cannot list the cache; trying again in a minute', { err: error });
      if (!closed) retry = setTimeout(() => void scan(), RETRY_MS).unref();
    }
    endStep();
  };
  const running = scan();

  return {
    state: () => state,
    unseenCost: () => (state === 'ended' ? 0 : Math.max(0, expectedCost - foundCost)),
    begun,
    ended: end.taken,
    progress: () => step.taken,
    async close() {
      closed = true;
      clearTimeout(retry);
      await running;
    },
  };
}

function createStep(): { readonly taken: Promise<void>; take(): void } {
  let take: () => void = () => undefined;
  const taken = new Promise<void>((resolve) => {
    take = resolve;
  });
  return { taken, take };
}
