import type { Readable } from 'node:stream';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import { newPictureHash } from './picture-hash.ts';
import { receiveFile } from './receive-file.ts';

/** Streams a picture that is not to be stored into a temporary file; rejects as an upload does. */
export type ReceivePassing = (stream: Readable) => Promise<PassingPicture>;

/** A picture that is here for one request. `discard` has to be called when all is over. */
export interface PassingPicture {
  /** Reads its header; rejects where it is no picture that is taken. */
  resolve(signal: AbortSignal): Promise<Original>;
  discard(): Promise<void>;
}

/** Creates the way of a picture through the server that leaves nothing behind. `temporaryFile` names a new file. */
export function createReceivePassing(dependencies: {
  temporaryFile: () => Promise<string>;
  renderer: Renderer;
  limits: InputLimits;
  maxBytes: number;
}): ReceivePassing {
  const { temporaryFile, renderer, limits, maxBytes } = dependencies;

  return async function receivePassing(stream) {
    const path = await temporaryFile();
    const { bytes, discard } = await receiveFile({ stream, path, maxBytes });
    return { resolve: (signal) => resolve({ path, bytes }, signal), discard };
  };

  async function resolve(file: { path: string; bytes: number }, signal: AbortSignal): Promise<Original> {
    const hash = newPictureHash();
    const input = { path: file.path, offset: 0, length: file.bytes };
    const { facts } = await renderer.run(
      { kind: 'probe', input, limits },
      { pictureId: hash, estimatedBytes: 0, signal },
    );
    const open = async () => ({ ...input, release: async () => {} });
    return { group: hash, id: hash, facts, freshness: { kind: 'immutable' }, open };
  }
}
