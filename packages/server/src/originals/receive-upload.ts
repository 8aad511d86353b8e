import type { Readable } from 'node:stream';
import type { BlobContent, BlobStore } from '../blobs/blob-store.ts';
import { storageError } from '../blobs/storage-error.ts';
import type { InputLimits, PictureFacts, RenderInput } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import { verifyPicture } from '../render/verify-picture.ts';
import type { Original } from '../sources/source.ts';
import { contentChecksum } from './content-checksum.ts';
import type { Notes } from './notes.ts';
import { newPictureHash, originalKey } from './picture-hash.ts';
import { receiveFile } from './receive-file.ts';
import type { StripFile } from './strip-file.ts';
import { assertFormat, type UploadTerms } from './upload-terms.ts';

/** Streams an upload into the store's tree; rejects with `too_many_bytes` as soon as it is too long. */
export type ReceiveUpload = (stream: Readable, terms: UploadTerms) => Promise<ReceivedUpload>;

/** Bytes received and not yet a picture. `discard` has to be called when all is over. */
export interface ReceivedUpload {
  /** Makes of them what is to be stored, and decodes them whole; rejects where they are no picture that is taken. */
  check(signal: AbortSignal): Promise<CheckedUpload>;
  discard(): Promise<void>;
}

/** A whole picture that nobody can ask for yet. */
export interface CheckedUpload {
  readonly facts: PictureFacts;
  /** Stores it durably under a new hash. */
  store(): Promise<string>;
}

/** What a recipe's text makes of a picture, as an encoded picture. */
export type ApplyRecipe = (recipe: string, original: Original, signal: AbortSignal) => Promise<Uint8Array>;

/** Creates the way of an upload from a stream of bytes to a stored picture. */
export function createReceiveUpload(dependencies: {
  blobs: BlobStore;
  notes: Notes;
  renderer: Renderer;
  limits: InputLimits;
  maxBytes: number;
  stripFile: StripFile;
  applyRecipe: ApplyRecipe;
}): ReceiveUpload {
  const { blobs, notes, renderer, limits, stripFile, applyRecipe } = dependencies;

  return async function receiveUpload(stream, terms) {
    const path = await blobs.temporaryFile();
    const maxBytes = Math.min(dependencies.maxBytes, terms.maxBytes ?? dependencies.maxBytes);
    const { bytes, discard } = await receiveFile({ stream, path, maxBytes });
    return { discard, check: (signal) => check({ path, bytes }, terms, signal) };
  };

  async function check(
    file: { path: string; bytes: number },
    terms: UploadTerms,
    signal: AbortSignal,
  ): Promise<CheckedUpload> {
    const hash = newPictureHash();
    // Before the picture is decoded, so that what is stored is what was seen to be whole.
    const input = { path: file.path, offset: 0, length: await stripFile(file) };
    const facts = await verifyPicture({ renderer, input, limits, pictureId: hash, signal });
    assertFormat(facts, terms);
    if (terms.recipe === undefined) return { facts, store: () => store(hash, facts, { path: file.path }) };

    const made = await transform({ hash, input, facts, recipe: terms.recipe, signal });
    return { facts: made.facts, store: () => store(hash, made.facts, made) };
  }

  async function transform(upload: {
    hash: string;
    input: Extract<RenderInput, { path: string }>;
    facts: PictureFacts;
    recipe: string;
    signal: AbortSignal;
  }): Promise<{ facts: PictureFacts; bytes: Uint8Array }> {
    const { hash, input, facts, recipe, signal } = upload;
    const open = async () => ({ ...input, release: async () => {} });
    const original: Original = { group: hash, id: hash, facts, freshness: { kind: 'immutable' }, open };
    const bytes = await applyRecipe(recipe, original, signal);
    const result = await renderer.run(
      { kind: 'probe', input: { bytes }, limits },
      { pictureId: hash, estimatedBytes: 0, signal },
    );
    return { facts: result.facts, bytes };
  }

  async function store(hash: string, facts: PictureFacts, content: BlobContent): Promise<string> {
    // Before the store moves the file away.
    const sha256 = await contentChecksum(content).catch((error: unknown) => {
      throw storageError(error);
    });
    try {
      await blobs.put(originalKey(hash), content);
      await notes.put(hash, 'facts', { ...facts, sha256 });
    } catch (error) {
      // Nobody will ever know its hash. It may be there although its own put failed: what failed was to make that lasting.
      await blobs.delete(originalKey(hash)).catch(() => false);
      await notes.deleteAll(hash).catch(() => undefined);
      throw error;
    }
    return hash;
  }
}
