import type { BlobStore } from '../blobs/blob-store.ts';

/** No entry's key: those have three segments. */
const MARK_KEY = 'usage';

/** Leaves word, as the last thing before an orderly end, of what the store's entries cost. */
export async function leaveUsageMark(blobs: BlobStore, cost: number): Promise<void> {
  await blobs.put(MARK_KEY, { bytes: Buffer.from(String(cost)) });
}

/**
 * What the last process left word of; undefined where it ended otherwise, or where the mark cannot be read or taken
 * away: it is out of date with the first change.
 */
export async function takeUsageMark(blobs: BlobStore): Promise<number | undefined> {
  try {
    const mark = (await blobs.get(MARK_KEY))?.toString();
    await blobs.delete(MARK_KEY);
    return mark !== undefined && /^\d{1,15}$/.test(mark) ? Number(mark) : undefined;
  } catch {
    return undefined;
  }
}
