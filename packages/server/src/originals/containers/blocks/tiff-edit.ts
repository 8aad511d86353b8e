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
  const kept = mergeIntervals([...plan.tables, ...plan.kept]);
  let changed = editValues(block, plan, kept, editValue);
  for (const { start, end } of plan.thumbnails) {
    changed = blankNestedJpeg(block.subarray(start, Math.min(end, block.length))) || changed;
  }
  changed = removeEntries(block, reader, plan) || changed;
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
    const isInline = start > entry.at && start < entry.at + 20;
    if (isInline) continue;
    if (bytesLeft < 0 || overlapsAny(kept, entry.value)) {
      plan.removals.set(table, (plan.removals.get(table) ?? new Set<TiffEntry>()).add(entry));
    } else changed = editValue(entry.tag, block.subarray(start, end)) || changed;
  }
  return changed;
}

/** Moves the entries that stay together, and the link to the next table after them. */
function removeEntries(block: Buffer, reader: TiffReader, plan: TiffPlan): boolean {
  let changed = false;
  let furthest = 0;
  for (const table of plan.tables.toSorted((a, b) => a.start - b.start)) {
    const removed = plan.removals.get(table);
    // Tables that overlap are no camera's work, and moving the entries of one would break the other.
    if (removed !== undefined && table.start >= furthest) {
      removeFrom(block, reader, table, removed);
      changed = true;
    }
    furthest = Math.max(furthest, table.end);
  }
  return changed;
}

function removeFrom(block: Buffer, reader: TiffReader, table: TiffTable, removed: Set<TiffEntry>): void {
  const { entryBytes } = reader;
  let to = table.start + reader.countBytes;
  for (const entry of table.entries) {
    if (removed.has(entry)) continue;
    block.copyWithin(to, entry.at, entry.at + entryBytes);
    to += entryBytes;
  }
  const link = table.start + reader.countBytes + table.entries.length * entryBytes;
  block.copyWithin(to, link, table.end);
  block.fill(0, to + (table.end - link), table.end);
  reader.writeCount(table, table.entries.length - removed.size);
}
