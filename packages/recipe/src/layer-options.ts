import { type Length, lengthPx, printLength, readLength } from './filters/values/length.ts';
import { MAX_NUMBER, roundHalfUp, scaledOffset } from './numbers.ts';
import type { Size } from './operations/operation.ts';
import {
  CENTRE,
  type FixedWhere,
  type Position,
  pointOf,
  positionAt,
  printWhere,
  takeFixedWhere,
} from './where.ts';

/** Where a layer lies on a picture: at a gravity or a point, then moved. */
export interface Placement {
  readonly where: FixedWhere;
  /** Inwards from a side that `where` names, else right and down. */
  readonly offset: Pair;
}

/** Two lengths, across and down. */
export interface Pair {
  readonly x: Length;
  readonly y: Length;
}

/** The options of a layer's argument: where it lies, and the others as they are written, by name. */
export interface LayerOptions {
  readonly placement: Placement;
  /** The text after the colon; empty where there is none. */
  readonly named: ReadonlyMap<string, string>;
}

/** The grammar of what every layer takes, as error messages and docs show it. */
export const PLACEMENT_ARGUMENT = 'nw|n|ne|w|c|e|sw|s|se or <x>,<y> (0 to 1), offset:<x>x<y>';

const NOWHERE: Pair = { x: { unit: 'px', value: 0 }, y: { unit: 'px', value: 0 } };

/**
 * Reads the parts of a comma-separated list: a gravity or two fractions at most once, `offset:<x>x<y>`, and options of
 * these names, each at most once and in any order. Undefined for anything else.
 */
export function readLayerOptions(
  parts: readonly string[],
  names: ReadonlySet<string>,
): LayerOptions | undefined {
  const named = new Map<string, string>();
  let where: FixedWhere | undefined;
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    const { name, value } = splitOption(part);
    if (names.has(name) || name === 'offset') {
      if (named.has(name)) return undefined;
      named.set(name, value);
      continue;
    }
    const isPoint = /^[\d.]/.test(part);
    const found = readWhere(isPoint ? `${part},${parts[at + 1] ?? ''},` : part);
    if (found === undefined || where !== undefined) return undefined;
    where = found;
    if (isPoint) at += 1;
  }
  const offset = readOffset(named.get('offset'));
  named.delete('offset');
  return offset && { placement: { where: where ?? CENTRE, offset }, named };
}

function splitOption(part: string): { name: string; value: string } {
  const colon = part.indexOf(':');
  return colon < 0 ? { name: part, value: '' } : { name: part.slice(0, colon), value: part.slice(colon + 1) };
}

/** A whole `where` and nothing else; the centre has to be named. */
function readWhere(text: string): FixedWhere | undefined {
  const taken = takeFixedWhere(text);
  return text !== '' && taken?.rest === '' ? taken.where : undefined;
}

function readOffset(text: string | undefined): Pair | undefined {
  return text === undefined ? NOWHERE : readPair(text);
}

/** Reads `<x>x<y>`, each whole pixels, percent or a fraction; undefined for anything else. No percent is no pixels. */
export function readPair(text: string): Pair | undefined {
  const [first = '', second = '', ...rest] = text.split('x', 3);
  const [x, y] = [readLength(first), readLength(second)];
  return rest.length > 0 || x === undefined || y === undefined ? undefined : { x: plain(x), y: plain(y) };
}

/** Equal meaning, equal value. */
function plain(length: Length): Length {
  return length.value === 0 ? { unit: 'px', value: 0 } : length;
}

/** The canonical spelling. */
export function printPair({ x, y }: Pair): string {
  return `${printLength(x)}x${printLength(y)}`;
}

/** The canonical spelling of a placement as parts of the list; the centre and no offset are no part. */
export function printPlacement({ where, offset }: Placement): string[] {
  const place = printWhere(where).replace(/,$/, '');
  const moved = printPair(offset);
  return [...(place === '' ? [] : [place]), ...(moved === '0x0' ? [] : [`offset:${moved}`])];
}

/** With lengths in pixels multiplied by `dpr`. */
export function scalePlacement({ where, offset }: Placement, dpr: number): Placement {
  return { where, offset: scalePair(offset, dpr) };
}

/** The same for a pair. */
export function scalePair({ x, y }: Pair, dpr: number): Pair {
  return { x: scaleLength(x, dpr), y: scaleLength(y, dpr) };
}

/** A length, multiplied by `dpr` where it is in pixels. */
export function scaleLength({ unit, value }: Length, dpr: number): Length {
  return { unit, value: unit === 'px' ? scaledOffset(value, dpr) : value };
}

/** Whole pixels along a side, rounded half up. */
export function wholePx(length: Length, sidePx: number): number {
  return Math.max(1 - MAX_NUMBER, Math.min(MAX_NUMBER - 1, roundHalfUp(lengthPx(length, sidePx))));
}

/** Where the layer's left upper corner lies in the picture, which it may reach over. */
export function layerPosition({ where, offset }: Placement, layer: Size, picture: Size): Position {
  const { left, top } = positionAt(where, layer, picture);
  const point = pointOf(where);
  return {
    left: left + inwards(point.x, wholePx(offset.x, picture.width)),
    top: top + inwards(point.y, wholePx(offset.y, picture.height)),
  };
}

function inwards(fraction: number, offset: number): number {
  return fraction === 1 ? -offset : offset;
}
