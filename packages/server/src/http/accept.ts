import { OUTPUT_FORMATS, type OutputFormat } from '@images-server/recipe';
import type { Acceptance } from '../variants/choose-format.ts';

/**
 * Reads an `Accept` header (RFC 9110 section 12.5.1): how much the client wants each format, 0 to 1. A wildcard stands
 * for what every browser shows and never for AVIF or WebP, which clients that send only one cannot be trusted to show;
 * no header at all is a wildcard. What cannot be read is passed over.
 */
export function parseAccept(header: string | undefined): Acceptance {
  const named = mediaRanges(header);
  const wildcard = named.get('image/*') ?? named.get('*/*') ?? 0;
  const wanted = OUTPUT_FORMATS.map((format) => {
    const fallback = EVERYWHERE.has(format) ? wildcard : 0;
    return [format, named.get(`image/${format}`) ?? fallback] as const;
  });
  return new Map(wanted);
}

/** True where the client names plain text, and wants it more than JSON: wildcards stand for JSON. */
export function prefersWords(header: string | undefined): boolean {
  const named = mediaRanges(header);
  return (named.get('text/plain') ?? 0) > (named.get('application/json') ?? 0);
}

/** The weight of each media range that can be read. */
function mediaRanges(header: string | undefined): ReadonlyMap<string, number> {
  const named = new Map<string, number>();
  for (const range of (header ?? '*/*').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const quality = qualityOf(parameters);
    if (quality !== undefined) named.set(type, quality);
  }
  return named;
}

const EVERYWHERE: ReadonlySet<OutputFormat> = new Set<OutputFormat>(['jpeg', 'png', 'gif']);
const QUALITY = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The weight, 1 where there is none; undefined where it cannot be read. */
function qualityOf(parameters: readonly string[]): number | undefined {
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  if (weight === undefined) return 1;
  const digits = QUALITY.exec(weight)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
