/** Bytes from `start` up to, but without, `end`. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** The same bytes as intervals that are sorted and do not touch each other; empty ones are gone. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  const merged: Interval[] = [];
  for (const { start, end } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || start > last.end) merged.push({ start, end });
    else if (end > last.end) merged[merged.length - 1] = { start: last.start, end };
  }
  return merged;
}

/** Whether a byte of `interval` is in one of `merged`, a result of `mergeIntervals`; takes logarithmic time. */
export function overlapsAny(merged: readonly Interval[], interval: Interval): boolean {
  let low = 0;
  let high = merged.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((merged[middle]?.end ?? 0) > interval.start) high = middle;
    else low = middle + 1;
  }
  const candidate = merged[low];
  return candidate !== undefined && candidate.start < interval.end && interval.start < interval.end;
}

/** The bytes of `merged` that are not in `taken`; both are results of `mergeIntervals`, as is what comes out. */
export function subtractIntervals(merged: readonly Interval[], taken: readonly Interval[]): Interval[] {
  const rest: Interval[] = [];
  let next = 0;
  for (const { start, end } of merged) {
    let from = start;
    for (; next < taken.length; next += 1) {
      const hole = taken[next];
      if (hole === undefined || hole.start >= end) break;
      if (hole.start > from) rest.push({ start: from, end: hole.start });
      from = Math.max(from, hole.end);
      // It may reach into the next interval too.
      if (hole.end > end) break;
    }
    if (from < end) rest.push({ start: from, end });
  }
  return rest;
}

/** Edits what lies in several pieces as if it were in one, in place and without changing its length. */
export function editPieces(
  bytes: Buffer,
  pieces: readonly Interval[],
  edit: (block: Buffer) => boolean,
): boolean {
  const views = pieces.map(({ start, end }) => bytes.subarray(start, end));
  const [only] = views;
  if (views.length === 1 && only !== undefined) return edit(only);
  const block = Buffer.concat(views);
  if (!edit(block)) return false;
  let from = 0;
  for (const view of views) {
    block.copy(view, 0, from, from + view.length);
    from += view.length;
  }
  return true;
}
