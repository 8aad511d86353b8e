import { readFile, stat } from 'node:fs/promises';
import { originalKey } from '../../originals/picture-hash.ts';
import { storePlace } from '../../originals/store-place.ts';
import type { InputLimits } from '../../render/protocol.ts';
import type { Renderer } from '../../render/renderer.ts';
import { checkOriginal } from './check-original.ts';
import type { Finding } from './finding.ts';
import { type FoundFile, walkFolder } from './walk-folder.ts';

/** What was looked at. */
export interface OriginalsReport {
  readonly originals: number;
  /** Of them, those whose bytes could be compared with a checksum. */
  readonly compared: number;
}

/** No upload takes as long as this. */
const ABANDONED_AFTER_MS = 15 * 60_000;

/** Walks the folder of the originals: `atOnce` pictures are decoded at the same time. */
export async function verifyOriginals(work: {
  folder: string;
  renderer: Renderer;
  limits: InputLimits;
  atOnce: number;
  report: (finding: Finding) => void;
}): Promise<OriginalsReport> {
  const { folder, renderer, limits, atOnce, report } = work;
  const files = walkFolder(folder);
  let originals = 0;
  let compared = 0;

  async function look(file: FoundFile): Promise<void> {
    const path = `${folder}/${file.path}`;
    const place = storePlace(file.path);
    if (place.kind === 'original' && file.isPlainFile) {
      const original = { hash: place.hash, path, bytes: file.bytes };
      const { findings, hasChecksum } = await checkOriginal({
        renderer,
        limits,
        storeFolder: folder,
        original,
      });
      originals += 1;
      if (hasChecksum) compared += 1;
      for (const finding of findings) report(finding);
      return;
    }
    const finding = await lookBeside(folder, file);
    if (finding !== undefined) report({ ...finding, path });
  }

  // Each takes the next file from the same walk.
  const lookers = Array.from({ length: atOnce }, async () => {
    for (let next = await files.next(); next.done !== true; next = await files.next()) await look(next.value);
  });
  await Promise.all(lookers);
  return { originals, compared };
}

/** What is to be said of a file that is no original; undefined where it is in order. */
async function lookBeside(folder: string, file: FoundFile): Promise<Omit<Finding, 'path'> | undefined> {
  const place = storePlace(file.path);
  if (!file.isPlainFile) return { kind: 'note', message: 'is no plain file: it is never served' };
  if (place.kind === 'foreign') return { kind: 'note', message: 'is none of ours: it is never served' };
  if (place.kind === 'temporary') {
    const isAbandoned = Date.now() - file.modifiedMs > ABANDONED_AFTER_MS;
    return isAbandoned ? { kind: 'leftover', message: 'was never finished' } : undefined;
  }
  if (place.kind === 'ancestor_variant') {
    return { kind: 'leftover', message: 'is a variant of the server before this one: nobody reads it' };
  }
  if (place.kind !== 'note') return undefined;
  if (!(await exists(`${folder}/${originalKey(place.hash)}`))) {
    return { kind: 'leftover', message: 'is about an original that is not there' };
  }
  const isSound = await holdsObject(`${folder}/${file.path}`);
  return isSound ? undefined : { kind: 'leftover', message: 'is no JSON: it is found out anew' };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function holdsObject(path: string): Promise<boolean> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
