import { rm } from 'node:fs/promises';
import { askerOf } from '../async/asker.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import { verifyPicture } from '../render/verify-picture.ts';
import type { FetchRemote, RemoteAnswer } from './fetch-remote.ts';
import type { KeptOriginals, Turn } from './kept-originals.ts';
import type { RemoteRecord } from './remote-record.ts';

/** A remote picture, known or not. */
export interface RemotePicture {
  readonly url: URL;
  /** SHA-256 of the URL, 64 hex digits. */
  readonly group: string;
}

/**
 * Asks the origin for a picture and keeps it; what it is then. With `conditional` the origin may say that the version at
 * hand still holds. Rejects with what `FetchRemote` or a `verify` job reject with.
 */
export type ObtainOriginal = (
  picture: RemotePicture,
  options: { readonly conditional: boolean; readonly signal: AbortSignal },
) => Promise<RemoteRecord>;

interface ObtainDependencies {
  readonly fetchRemote: FetchRemote;
  readonly renderer: Renderer;
  readonly limits: InputLimits;
  readonly kept: KeptOriginals;
  readonly temporaryFile: () => Promise<string>;
  readonly now: () => number;
}

/** Creates the way from a URL to an original that is whole, decoded once, and kept. */
export function createObtainOriginal(dependencies: ObtainDependencies): ObtainOriginal {
  const { fetchRemote, renderer, kept, temporaryFile, now } = dependencies;

  return async function obtainOriginal({ url, group }, { conditional, signal }) {
    const turn = kept.takeTurn(group);
    const known = await usableRecord(kept, group);
    // What was never seen has to be decoded: that there is no room for it is told before it is fetched.
    if (known === undefined) renderer.assertRoom(askerOf(signal));
    const path = await temporaryFile();
    // Before the origin is asked: its answer is no newer than that.
    const fetchedAtMs = now();
    const validators = conditional ? known?.validators : undefined;
    const answer = await fetchRemote({ url, path, validators, signal });
    if (answer.kind === 'fetched' && answer.sha256 !== known?.id) {
      return keepVerified({ answer, path, turn, fetchedAtMs, signal }, dependencies);
    }
    await rm(path, { force: true });
    if (known === undefined) throw new Error('"unchanged" is said of a picture that was never fetched');
    const validatorsNow = answer.kind === 'fetched' ? answer.validators : known.validators;
    const record = { ...known, validators: validatorsNow, fetchedAtMs };
    kept.renew(turn, record);
    return record;
  };
}

/** What is known of the picture, if its bytes are there too: without them, an origin's "unchanged" would not help. */
async function usableRecord(kept: KeptOriginals, group: string): Promise<RemoteRecord | undefined> {
  const record = await kept.find(group);
  return record !== undefined && (await kept.has(group, record.id)) ? record : undefined;
}

/** Has every pixel decoded before anything is kept. */
async function keepVerified(
  fetched: {
    answer: Extract<RemoteAnswer, { kind: 'fetched' }>;
    path: string;
    turn: Turn;
    fetchedAtMs: number;
    signal: AbortSignal;
  },
  { renderer, limits, kept }: ObtainDependencies,
): Promise<RemoteRecord> {
  const { answer, path, turn, fetchedAtMs, signal } = fetched;
  try {
    const input = { path, offset: 0, length: answer.bytes };
    const facts = await verifyPicture({ renderer, input, limits, pictureId: answer.sha256, signal });
    const record = { id: answer.sha256, facts, validators: answer.validators, fetchedAtMs };
    kept.keep(turn, record, path);
    return record;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
