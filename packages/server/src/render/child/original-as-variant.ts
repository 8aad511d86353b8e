import { stripMetadata } from '../../originals/strip-metadata.ts';
import type { OutputPlan } from '../protocol.ts';
import type { Encoded } from './encode-pixels.ts';
import type { Header } from './probe.ts';

/**
 * The original, freed of its metadata without loss, where it can stand for a variant of which no step changed a pixel:
 * of the same format, upright, sRGB, and as progressive as it is to be. Undefined where it cannot.
 */
export async function originalAsVariant(
  bytes: Buffer,
  header: Header,
  output: OutputPlan,
): Promise<Buffer | undefined> {
  const { format, orientation, space, depth, pages, progressive } = header.facts;
  const isPlain = orientation === 1 && depth <= 8 && (space === 'srgb' || space === 'b-w');
  const isAsked = format === output.format && pages === undefined && (progressive || !output.progressive);
  return isPlain && isAsked && (await header.isSrgb()) ? stripMetadata(bytes, 'all') : undefined;
}

/** What `encode` makes, or the original where that is no larger: never more bytes than there were. */
export async function noLargerThan(
  original: Buffer | undefined,
  output: OutputPlan,
  encode: (output: OutputPlan) => Promise<Encoded>,
): Promise<Encoded> {
  const { maxBytes = Number.POSITIVE_INFINITY, ...unbounded } = output;
  if (original === undefined || original.length > maxBytes) return encode(output);
  // The original fits: where the whole quality does not, the original is the better one.
  const encoded = await encode(unbounded);
  return encoded.bytes.length < original.length ? encoded : { ...encoded, bytes: original };
}
