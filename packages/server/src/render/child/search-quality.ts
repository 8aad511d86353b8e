/** What a search looks for, between two whole numbers: the lowest that is good, or the highest. */
export interface QualitySearch<Made> {
  readonly low: number;
  readonly high: number;
  /** Where it begins, from `low` to `high`. */
  readonly first: number;
  /** Most values that are tried. */
  readonly tries: number;
  readonly prefer: 'lowest' | 'highest';
  make(quality: number): Promise<Made>;
  isGood(made: Made): boolean | Promise<boolean>;
}

export interface Found<Made> {
  readonly quality: number;
  readonly made: Made;
  /** False where none that was tried is good; then it is the one that was tried last. */
  readonly isGood: boolean;
}

/**
 * Halves what is left with each try: with k tries exact among 2^k - 1 values, else near to it. Takes for granted that what
 * lies on the better side of a good value is good too.
 */
export async function searchQuality<Made>(search: QualitySearch<Made>): Promise<Found<Made>> {
  let { low, high, first: quality } = search;
  let found: Found<Made> | undefined;
  for (let tried = 0; tried < search.tries && low <= high; tried += 1) {
    const made = await search.make(quality);
    const isGood = await search.isGood(made);
    if (isGood || found === undefined || !found.isGood) found = { quality, made, isGood };
    if (isGood === (search.prefer === 'lowest')) high = quality - 1;
    else low = quality + 1;
    quality = Math.floor((low + high) / 2);
  }
  if (found === undefined) throw new RangeError(`nothing to search from ${search.low} to ${search.high}`);
  return found;
}
