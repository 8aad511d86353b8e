import type { Interval } from '../intervals.ts';
import type { TiffEntry, TiffReader, TiffTable } from './tiff-reader.ts';

/** What becomes of an entry: `follow` keeps it and looks at the table that it points to, `edit` changes its value. */
export type Treatment = 'keep' | 'follow' | 'edit' | 'remove';

/** Says it by tag number, the same in every table. */
export type TiffPolicy = (tag: number) => Treatment;

/** What is to be done to a TIFF structure; every place is in the block as it was read. */
export interface TiffPlan {
  /** The tables that stay. */
  readonly tables: TiffTable[];
  /** The values outside the tables and the picture data that stay, but for values that are edited. */
  readonly kept: Interval[];
  readonly edits: { readonly table: TiffTable; readonly entry: TiffEntry }[];
  readonly removals: Map<TiffTable, Set<TiffEntry>>;
  /** What the removed entries point to. */
  readonly blanked: Interval[];
  /** Pictures inside the metadata, as JPEG. */
  readonly thumbnails: Interval[];
}

/** Entries, and strips or tiles, beyond which a structure is taken for an attack; ten times any honest file. */
const MOST_ENTRIES = 262_144;

const POINTERS = new Set([0x014a, 0x0190, 0x8769, 0x8825, 0xa005]);

/** Tags of the places of picture data, and those of their lengths: strips, tiles, free bytes, thumbnail or old JPEG. */
const DATA_LENGTHS = new Map([
  [273, 279],
  [324, 325],
  [288, 289],
  [513, 514],
]);
const THUMBNAIL = 513;

/** Walks every table once, in linear time; undefined for a structure without a table or of absurd size. */
export function planTiff(reader: TiffReader, policy: TiffPolicy): TiffPlan | undefined {
  const plan: TiffPlan = {
    tables: [],
    kept: [],
    edits: [],
    removals: new Map(),
    blanked: [],
    thumbnails: [],
  };
  const seen = new Set<number>();
  let budget = MOST_ENTRIES;

  function visit(at: number): TiffTable | undefined {
    if (at === 0 || budget < 0 || seen.has(at)) return undefined;
    seen.add(at);
    const table = reader.table(at);
    budget -= 1 + (table?.entries.length ?? 0);
    return budget < 0 ? undefined : table;
  }

  const dropped: number[] = [];
  const pending = [reader.firstTable];
  // An array that grows while it is read: chains and trees of any depth, without recursion.
  for (const at of pending) {
    const table = visit(at);
    if (table === undefined) continue;
    plan.tables.push(table);
    for (const entry of table.entries) place(table, entry);
    budget -= keepData(reader, table, plan, budget);
    pending.push(table.next);
  }
  for (const at of dropped) {
    const table = visit(at);
    if (table === undefined) continue;
    plan.blanked.push(table);
    for (const entry of table.entries) drop(entry);
  }
  return budget < 0 || plan.tables.length === 0 ? undefined : plan;

  function place(table: TiffTable, entry: TiffEntry): void {
    const treatment = policy(entry.tag);
    if (treatment === 'remove') {
      const entries = plan.removals.get(table) ?? new Set();
      plan.removals.set(table, entries.add(entry));
      drop(entry);
    } else if (treatment === 'edit') plan.edits.push({ table, entry });
    else if (!entry.isInline) plan.kept.push(entry.value);
    if (treatment === 'follow') for (const at of pointers(entry)) pending.push(at);
  }

  function drop(entry: TiffEntry): void {
    plan.blanked.push(entry.value);
    if (POINTERS.has(entry.tag)) for (const at of pointers(entry)) dropped.push(at);
  }

  function pointers(entry: TiffEntry): number[] {
    const found = reader.numbers(entry, Math.max(0, budget) + 1);
    budget -= found.length;
    return found;
  }
}

/** Protects the picture data of a table; returns how many pieces it has, or more than `most`. */
function keepData(reader: TiffReader, table: TiffTable, plan: TiffPlan, most: number): number {
  const byTag = new Map(table.entries.map((entry) => [entry.tag, entry]));
  let pieces = 0;
  for (const [placeTag, lengthTag] of DATA_LENGTHS) {
    const placeEntry = byTag.get(placeTag);
    if (placeEntry === undefined) continue;
    const places = reader.numbers(placeEntry, Math.max(0, most - pieces) + 1);
    const lengthEntry = byTag.get(lengthTag);
    const lengths = lengthEntry === undefined ? [] : reader.numbers(lengthEntry, places.length);
    pieces += places.length;
    for (const [index, start] of places.entries()) {
      const data = { start, end: start + (lengths[index] ?? Number.POSITIVE_INFINITY) };
      plan.kept.push(data);
      if (placeTag === THUMBNAIL) plan.thumbnails.push(data);
    }
  }
  return pieces;
}
