import { z } from 'zod';
import type { EntryMeta } from '../cache/variant-cache.ts';
import { INPUT_FORMATS, type PictureFacts } from '../render/protocol.ts';
import type { Validators } from './ask-origin.ts';

/** What is known of a remote original besides its bytes. */
export interface RemoteRecord {
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly id: string;
  readonly facts: PictureFacts;
  readonly validators: Validators | undefined;
  /** When the origin last said that this is the picture, Unix milliseconds. */
  readonly fetchedAtMs: number;
}

const count = z.int().positive();

const factsSchema = z.object({
  format: z.enum(INPUT_FORMATS),
  bytes: count,
  width: count,
  height: count,
  orientation: z.int().min(1).max(8),
  frames: count,
  hasAlpha: z.boolean(),
  depth: count,
  space: z.string(),
  progressive: z.boolean(),
  hasProfile: z.boolean(),
  hasMetadata: z.boolean(),
}) satisfies z.ZodType<PictureFacts>;

/** Entries hold plain values only: the pages of a TIFF are one text. */
const pagesSchema = z.string().transform(readJson).pipe(z.array(factsSchema));

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const metaSchema = z.object({
  ...factsSchema.shape,
  pages: pagesSchema.nullable(),
  id: z.string().regex(/^[0-9a-f]{64}$/),
  fetchedAtMs: z.number(),
  validatorUrl: z.string().nullable(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
});

/** The record as a cache entry keeps it. */
export function recordToMeta({ id, facts, validators, fetchedAtMs }: RemoteRecord): EntryMeta {
  return {
    ...facts,
    pages: facts.pages === undefined ? null : JSON.stringify(facts.pages),
    id,
    fetchedAtMs,
    validatorUrl: validators?.url ?? null,
    etag: validators?.etag ?? null,
    lastModified: validators?.lastModified ?? null,
  };
}

/** Undoes `recordToMeta`; undefined for what another version or a damaged disk left there. */
export function metaToRecord(meta: EntryMeta): RemoteRecord | undefined {
  const parsed = metaSchema.safeParse(meta);
  if (!parsed.success) return undefined;
  const { id, fetchedAtMs, validatorUrl, etag, lastModified, pages, ...facts } = parsed.data;
  const validators =
    validatorUrl === null
      ? undefined
      : { url: validatorUrl, etag: etag ?? undefined, lastModified: lastModified ?? undefined };
  return {
    id,
    facts: pages === null ? facts : { ...facts, pages },
    validators,
    fetchedAtMs,
  };
}

/** `fresh`: used without asking; `stale`: used, and renewed behind; `expired`: not used before the origin was asked. */
export type RecordAge = 'fresh' | 'stale' | 'expired';

/**
 * How old a record is. One from the future was made before the clock was set back: how old it really is nobody knows,
 * so it is not fresh, and within the same limits it is stale.
 */
export function ageOf(
  record: RemoteRecord,
  at: { nowMs: number; freshMs: number; staleMs: number },
): RecordAge {
  const ageMs = at.nowMs - record.fetchedAtMs;
  if (ageMs >= 0 && ageMs < at.freshMs) return 'fresh';
  return Math.abs(ageMs) < at.freshMs + at.staleMs ? 'stale' : 'expired';
}
