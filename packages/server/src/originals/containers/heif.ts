import { blankExifLocation } from './blocks/exif.ts';
import { mentionsPosition } from './blocks/mentions-position.ts';
import { blankXmpLocation } from './blocks/xmp.ts';
import { type HeifItem, readHeifItems } from './heif-items.ts';
import { editPieces, type Interval, mergeIntervals, overlapsAny } from './intervals.ts';
import { freeBox, type IsoBox, readBoxes } from './iso-boxes.ts';

const METADATA_ITEMS = new Set(['Exif', 'mime', 'uri ']);
const XMP_CONTENT = 'application/rdf+xml';
const XMP_BOX = 'be7acfcb97a942e89c71999491e3afac';
const BOX_NAME_BYTES = 16;

/** Boxes that only hold data: what lies in them may be changed without breaking the file. */
const DATA_BOXES = new Set(['mdat', 'idat']);

/**
 * An AVIF or HEIF without metadata: its items become free space where they stand, as do boxes of other makers' kinds,
 * so that no offset moves. The orientation is kept by itself: these formats have properties for it, and EXIF's is none
 * of theirs.
 */
export function stripHeif(bytes: Buffer): Buffer {
  return editHeif(bytes, (copy, { items, notes }) => {
    for (const item of items) hideItem(copy, item);
    for (const note of notes) freeBox(copy, note);
    return items.length + notes.length > 0;
  });
}

/** An AVIF or HEIF without positions and places, blanked where they stand. */
export function stripHeifLocation(bytes: Buffer): Buffer {
  return editHeif(bytes, (copy, { items, notes }) => {
    const changed = [
      ...items.map((item) => blankItem(copy, item)),
      ...notes.map((note) => blankNote(copy, note)),
    ];
    return changed.includes(true);
  });
}

interface Metadata {
  /** Only those of which no byte is part of anything else. */
  readonly items: readonly HeifItem[];
  /** Boxes outside the items: XMP and others' own, and what belongs to the film in an image sequence. */
  readonly notes: readonly IsoBox[];
}

function editHeif(bytes: Buffer, edit: (copy: Buffer, metadata: Metadata) => boolean): Buffer {
  const boxes = readBoxes(bytes, { start: 0, end: bytes.length });
  const metas = boxes.filter(({ type }) => type === 'meta');
  const items = metas.flatMap((meta) => readHeifItems(bytes, meta));
  const pictures = items.filter(({ type }) => !METADATA_ITEMS.has(type));
  const kept = mergeIntervals([
    ...boxes.filter(({ type }) => type !== 'meta' && !DATA_BOXES.has(type)),
    ...metas.flatMap((meta) => structureOf(bytes, meta)),
    ...pictures.flatMap(({ extents }) => extents),
  ]);
  const editable = items.filter(
    ({ type, extents }) => METADATA_ITEMS.has(type) && !extents.some((extent) => overlapsAny(kept, extent)),
  );
  const notes = boxes.flatMap((box) =>
    box.type === 'moov' ? filmNotes(bytes, box) : isNote(box) ? [box] : [],
  );
  if (editable.length + notes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  return edit(copy, { items: withinLength(editable, bytes.length), notes }) ? copy : bytes;
}

/** All of a `meta` box but the data in it. */
function structureOf(bytes: Buffer, meta: IsoBox): Interval[] {
  const data = readBoxes(bytes, { start: meta.body + 4, end: meta.end }).filter(({ type }) =>
    DATA_BOXES.has(type),
  );
  let start = meta.start;
  const structure: Interval[] = [];
  for (const box of data) {
    structure.push({ start, end: box.body });
    start = box.end;
  }
  return [...structure, { start, end: meta.end }];
}

/** Items that share their bytes could make the work many times the file: at most twice is done. */
function withinLength(items: readonly HeifItem[], bytes: number): HeifItem[] {
  let left = 2 * bytes;
  return items.filter(({ extents }) => {
    for (const { start, end } of extents) left -= end - start;
    return left >= 0;
  });
}

function isNote({ type }: IsoBox): boolean {
  return type === 'uuid' || type === 'udta';
}

/** What image sequences tell of themselves as films do: user data, and metadata of the whole or of a track. */
function filmNotes(bytes: Buffer, moov: IsoBox): IsoBox[] {
  const inside = readBoxes(bytes, { start: moov.body, end: moov.end });
  const inTracks = inside
    .filter(({ type }) => type === 'trak')
    .flatMap((track) => readBoxes(bytes, { start: track.body, end: track.end }));
  return [...inside, ...inTracks].filter(({ type }) => type === 'udta' || type === 'meta' || type === 'uuid');
}

function hideItem(copy: Buffer, { typeAt, extents }: HeifItem): true {
  copy.write('free', typeAt, 'latin1');
  for (const { start, end } of extents) copy.fill(0, start, end);
  return true;
}

function blankItem(copy: Buffer, item: HeifItem): boolean {
  const { type, contentType, contentEncoding, extents } = item;
  if (type === 'Exif') return editPieces(copy, extents, blankExifItem);
  if (type === 'mime' && contentEncoding !== '') return hideItem(copy, item);
  if (type === 'mime' && contentType === XMP_CONTENT) return editPieces(copy, extents, blankXmpLocation);
  return editPieces(copy, extents, (block) => mentionsPosition(block) && clear(block));
}

/** An `Exif` item says in its first four bytes how many follow them before the TIFF header. */
function blankExifItem(item: Buffer): boolean {
  if (item.length < 4) return false;
  return blankExifLocation(item.subarray(4 + Math.min(item.readUInt32BE(0), item.length)));
}

function blankNote(copy: Buffer, note: IsoBox): boolean {
  const name = note.type === 'uuid' ? copy.toString('hex', note.body, note.body + BOX_NAME_BYTES) : '';
  if (name === XMP_BOX) return blankXmpLocation(copy.subarray(note.body + BOX_NAME_BYTES, note.end));
  if (note.type === 'uuid' && !mentionsPosition(copy.subarray(note.body, note.end))) return false;
  freeBox(copy, note);
  return true;
}

function clear(block: Buffer): true {
  block.fill(0);
  return true;
}
