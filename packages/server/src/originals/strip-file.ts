import { readFile, writeFile } from 'node:fs/promises';
import { storageError } from '../blobs/storage-error.ts';
import { type StrippedMetadata, stripMetadata } from './strip-metadata.ts';

/**
 * Takes metadata out of a file that has been received and resolves with its length in bytes. A file with nothing to take
 * is not written to.
 */
export type StripFile = (file: { readonly path: string; readonly bytes: number }) => Promise<number>;

/** Creates it: one file at a time, because each is held in memory as a whole. */
export function createStripFile(what: StrippedMetadata | 'none'): StripFile {
  let lastTurn: Promise<unknown> = Promise.resolve();

  async function strip(path: string, what: StrippedMetadata): Promise<number> {
    try {
      const bytes = await readFile(path);
      const stripped = stripMetadata(bytes, what);
      if (stripped !== bytes) await writeFile(path, stripped);
      return stripped.length;
    } catch (error) {
      throw storageError(error);
    }
  }

  return function stripFile({ path, bytes }) {
    if (what === 'none') return Promise.resolve(bytes);
    const turn = lastTurn.then(() => strip(path, what));
    lastTurn = turn.catch(() => undefined);
    return turn;
  };
}
