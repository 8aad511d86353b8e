import type { Readable } from 'node:stream';
import type { BlobStore } from '../blobs/blob-store.ts';
import { ServiceError } from '../errors.ts';
import type { InputLimits, PictureFacts, RenderInput } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import { createNotes, type Notes } from './notes.ts';
import { isPictureHash, originalKey } from './picture-hash.ts';
import { type ApplyRecipe, createReceiveUpload, type ReceiveUpload } from './receive-upload.ts';
import type { StripFile } from './strip-file.ts';

/** The uploaded pictures. */
export interface Originals {
  readonly receive: ReceiveUpload;
  /** The picture of that hash where that is known without waiting. */
  peek(hash: string): Original | undefined;
  /** The picture of that hash, for making variants of it; `not_found`, also for what is no hash. */
  resolve(hash: string, signal: AbortSignal): Promise<Original>;
  stat(hash: string): Promise<{ readonly bytes: number; readonly modifiedMs: number } | undefined>;
  /** The stored bytes, or `start` to `end` of them (inclusive). */
  read(hash: string, range?: { start: number; end: number }): Promise<Readable | undefined>;
  /** Removes the original and what is noted of it, and the ancestor's old variants; false where there was none. */
  remove(hash: string): Promise<boolean>;
  readonly notes: Notes;
}

/** Creates the uploads' side of the service on the originals' blob store. */
export function createOriginals(dependencies: {
  blobs: BlobStore;
  renderer: Renderer;
  limits: InputLimits;
  maxBytes: number;
  stripFile: StripFile;
  applyRecipe: ApplyRecipe;
}): Originals {
  const { blobs, renderer, limits } = dependencies;
  const notes = createNotes(blobs);

  async function findFacts(hash: string, signal: AbortSignal): Promise<PictureFacts> {
    const local = await open(hash);
    try {
      const input: RenderInput = { path: local.path, offset: local.offset, length: local.length };
      const result = await renderer.run(
        { kind: 'probe', input, limits },
        { pictureId: hash, estimatedBytes: 0, signal },
      );
      return result.facts;
    } finally {
      await local.release();
    }
  }

  async function open(hash: string) {
    const local = await blobs.materialize(originalKey(hash));
    if (local === undefined) throw notFound();
    return local;
  }

  function peek(hash: string): Original | undefined {
    const facts = notes.peek<PictureFacts>(hash, 'facts');
    return facts && originalOf(hash, facts);
  }

  async function resolve(hash: string, signal: AbortSignal): Promise<Original> {
    if (!isPictureHash(hash)) throw notFound();
    return peek(hash) ?? originalOf(hash, await notes.get(hash, 'facts', () => findFacts(hash, signal)));
  }

  function originalOf(hash: string, facts: PictureFacts): Original {
    return {
      group: hash,
      id: hash,
      facts,
      freshness: { kind: 'immutable' },
      open: () => open(hash),
      isThere: async () => (await blobs.stat(originalKey(hash))) !== undefined,
    };
  }

  async function remove(hash: string): Promise<boolean> {
    if (!isPictureHash(hash)) return false;
    const existed = await blobs.delete(originalKey(hash));
    await notes.deleteAll(hash);
    await removeAncestorVariants(blobs, hash);
    return existed;
  }

  return {
    receive: createReceiveUpload({ ...dependencies, notes }),
    peek,
    resolve,
    stat: async (hash) => (isPictureHash(hash) ? blobs.stat(originalKey(hash)) : undefined),
    read: async (hash, range) => (isPictureHash(hash) ? blobs.read(originalKey(hash), range) : undefined),
    remove,
    notes,
  };
}

/** The ancestor kept its variants as `cache/ab/<rest>-<...>` in the same folder; nobody reads them any more. */
async function removeAncestorVariants(blobs: BlobStore, hash: string): Promise<void> {
  const folder = `cache/${hash.slice(0, 2)}`;
  const beginning = `${folder}/${hash.slice(2)}-`;
  for await (const { key } of blobs.list(folder)) if (key.startsWith(beginning)) await blobs.delete(key);
}

/** The ancestor's own words for a picture that is not there. */
export function notFound(): ServiceError {
  return new ServiceError('not_found', 'file not found');
}
