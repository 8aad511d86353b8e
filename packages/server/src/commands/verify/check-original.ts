import { readFile } from 'node:fs/promises';
import { ServiceError } from '../../errors.ts';
import { contentChecksum } from '../../originals/content-checksum.ts';
import { notesPrefix } from '../../originals/picture-hash.ts';
import type { InputLimits } from '../../render/protocol.ts';
import type { Renderer } from '../../render/renderer.ts';
import { verifyPicture } from '../../render/verify-picture.ts';
import type { Finding } from './finding.ts';

/** What became of the check of one original. */
export interface OriginalCheck {
  readonly findings: readonly Finding[];
  /** Whether its bytes could be compared with a checksum that was taken when it was uploaded. */
  readonly hasChecksum: boolean;
}

/** Compares an original with its checksum and has it decoded whole. */
export async function checkOriginal(work: {
  renderer: Renderer;
  limits: InputLimits;
  storeFolder: string;
  original: { readonly hash: string; readonly path: string; readonly bytes: number };
}): Promise<OriginalCheck> {
  const { renderer, limits, storeFolder, original } = work;
  const { hash, path, bytes } = original;
  const facts = await readFacts(`${storeFolder}/${notesPrefix(hash)}/facts.json`);
  const find = (kind: Finding['kind'], message: string): OriginalCheck => ({
    findings: [{ kind, path, message }],
    hasChecksum: facts?.sha256 !== undefined,
  });
  if (bytes === 0) return find('damage', 'is empty');
  if (facts?.sha256 !== undefined && (await contentChecksum({ path })) !== facts.sha256) {
    return find('damage', 'is not what was uploaded: its checksum differs');
  }
  try {
    const input = { path, offset: 0, length: bytes };
    await verifyPicture({ renderer, input, limits, pictureId: hash, signal: NEVER });
    return { findings: [], hasChecksum: facts?.sha256 !== undefined };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { kind, message } = verdict(error, facts !== undefined);
    return find(kind, message);
  }
}

const NEVER = new AbortController().signal;

/** `wasPicture`: it was one when it came, as its facts say. */
function verdict(error: ServiceError, wasPicture: boolean): Pick<Finding, 'kind' | 'message'> {
  const reason = `${error.code}: ${error.message}`;
  if (error.code === 'broken_picture' || error.code.startsWith('render_')) {
    return { kind: 'damage', message: `cannot be decoded (${reason})` };
  }
  if (NO_PICTURE.has(error.code)) {
    // The ancestor stored whatever it was given.
    return wasPicture
      ? { kind: 'damage', message: `is no picture any more (${reason})` }
      : { kind: 'note', message: `is no picture that this server takes (${reason}); it is served as bytes` };
  }
  return { kind: 'note', message: `was not decoded (${reason})` };
}

const NO_PICTURE: ReadonlySet<string> = new Set(['not_a_picture', 'unsupported_format']);

/** What is noted of an original; undefined where nothing is, or nothing that can be read. */
async function readFacts(path: string): Promise<{ readonly sha256: string | undefined } | undefined> {
  try {
    const facts: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof facts !== 'object' || facts === null) return undefined;
    return { sha256: 'sha256' in facts && typeof facts.sha256 === 'string' ? facts.sha256 : undefined };
  } catch {
    return undefined;
  }
}
