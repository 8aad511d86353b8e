import { type Interval, mergeIntervals, overlapsAny, subtractIntervals } from '../intervals.ts';
import { blankNestedJpeg } from './nested-jpeg.ts';
import { planTiff, type TiffPlan, type TiffPolicy } from './tiff-plan.ts';
import { openTiff, type TiffEntry, type TiffReader, type TiffTable } from './tiff-reader.ts';

/** Changes the value of an entry in place; true where it did. */
export type EditValue = (tag: number, value: Buffer) => boolean;

/**
 * Edits a TIFF structure in place, by a policy: no offset moves, the bytes of what is removed become zeros unless
 * something that stays uses them too. True where anything changed, undefined for what cannot be read as TIFF.
 */
export function editTiff(block: Buffer, policy: TiffPolicy, editValue: EditValue): boolean | undefined {
  const reader = openTiff(block);
  if (reader === undefined) return undefined;
  const plan = planTiff(reader, policy);
  if (plan === undefined) return undefined;
  const data = mergeIntervals([{ start: 0, end: reader.headerBytes }, ...plan.kept]);
  const kept = mergeIntervals([...data, ...plan.tables]);
  let changed = editValues(block, plan, kept, editValue);
  for (const { start, end } of plan.thumbnails) {
    changed = blankNestedJpeg(block.subarray(start, Math.min(end, block.length))) || changed;
  }
  changed = removeEntries(block, reader, { plan, data }) || changed;
  for (const { start, end } of subtractIntervals(mergeIntervals(plan.blanked), kept)) {
    block.fill(0, start, end);
  }
  return changed;
}

/** A value that shares its bytes with something else cannot be edited: its entry goes. */
function editValues(block: Buffer, plan: TiffPlan, kept: Interval[], editValue: EditValue): boolean {
  let changed = false;
  let bytesLeft = 2 * block.length;
  for (const { table, entry } of plan.edits) {
    const { start, end } = entry.value;
    bytesLeft -= end - start;
    if (entry.isInline) continue;
    if (bytesLeft < 0 || overlapsAny(kept, entry.value)) {
      plan.removals.set(table, (plan.removals.get(table) ?? new Set<TiffEntry>()).add(entry));
    } else changed = editValue(entry.tag, block.subarray(start, end)) || changed;
  }
  return changed;
}

/**
 * Moves the entries that stay together. A table that shares its bytes with another, or with data, is no camera's work
 * but damaged: there the entries to remove only become zeros.
 */
function removeEntries(
  block: Buffer,
  reader: TiffReader,
  where: { plan: TiffPlan; data: readonly Interval[] },
): boolean {
  const { plan, data } = where;
  let furthest = 0;
  for (const table of plan.tables.toSorted((a, b) => a.start - b.start)) {
    const removed = plan.removals.get(table) ?? new Set();
    const isClean = table.start >= furthest && !overlapsAny(data, table);
    furthest = Math.max(furthest, table.end);
    if (removed.size > 0 && isClean) removeFrom(block, reader, table, removed);
    else for (const entry of removed) if (!overlapsAny(data, entry)) block.fill(0, entry.start, entry.end);
  }
  return plan.removals.size > 0;
}

/** The link to the next table comes directly after the last entry. */
function removeFrom(block: Buffer, reader: TiffReader, table: TiffTable, removed: Set<TiffEntry>): void {
  const { entryBytes } = reader;
  let to = table.start + reader.countBytes;
  for (const entry of table.entries) {
    if (removed.has(entry)) continue;
    block.copyWithin(to, entry.start, entry.end);
    to += entryBytes;
  }
  const link = table.start + reader.countBytes + table.entries.length * entryBytes;
  block.copyWithin(to, link, table.end);
  block.fill(0, to + (table.end - link), table.end);
  reader.writeCount(table, table.entries.length - removed.size);
}
