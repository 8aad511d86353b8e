import { NUMBER_PATTERN, printNumber } from './numbers.ts';
import type { Size } from './operations/operation.ts';

/** Compass points and the centre; two letters stand before one, as they are tried in that order. */
export const GRAVITIES = ['nw', 'ne', 'sw', 'se', 'n', 'w', 'c', 'e', 's'] as const;
export type Gravity = (typeof GRAVITIES)[number];

/**
 * What the picture itself can be asked for: `smart` is what draws the eye (skin, saturated colours, edges), `entropy`
 * the part with the most detail, `face` the faces of people, or what draws the eye where there is none.
 */
export const CONTENT_KINDS = ['smart', 'entropy', 'face'] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** Where in a picture a box lies: at a gravity, or centred on a focal point (fractions 0-1 of width and height). */
export type FixedWhere =
  | { readonly kind: 'gravity'; readonly gravity: Gravity }
  | { readonly kind: 'point'; readonly x: number; readonly y: number };

/** The same, or where the pixels say. */
export type Where = FixedWhere | { readonly kind: ContentKind };

/** What stands for no `where` at all. */
export const CENTRE: FixedWhere = { kind: 'gravity', gravity: 'c' };

/** True where no pixel is needed to tell the place. */
export function isFixed(where: Where): where is FixedWhere {
  return where.kind === 'gravity' || where.kind === 'point';
}

/** Pixels from the left upper corner; negative where the box reaches over the edge. */
export interface Position {
  readonly left: number;
  readonly top: number;
}

/**
 * Where `inner` lies in `outer`. Along one axis, with `outer` W and `inner` w: 0 at the near side, W - w at the far side,
 * floor(W/2) - floor(w/2) in the middle (not floor((W-w)/2): ImageMagick's Wand sets boxes of odd size so). A focal point
 * p gives floor(p*W) - floor(w/2), pushed back inside, so that 0, 0.5 and 1 mean the same as the gravities.
 */
export function positionAt(where: FixedWhere, inner: Size, outer: Size): Position {
  const { x, y } = pointOf(where);
  return { left: along(x, inner.width, outer.width), top: along(y, inner.height, outer.height) };
}

function along(fraction: number, inner: number, outer: number): number {
  if (fraction === 0) return 0;
  if (fraction === 1) return outer - inner;
  const start = Math.floor(fraction * outer) - Math.floor(inner / 2);
  return Math.max(Math.min(0, outer - inner), Math.min(start, Math.max(0, outer - inner)));
}

/** The point that a `where` names, in fractions of width and height; 0 and 1 are the sides. */
export function pointOf(where: FixedWhere): { readonly x: number; readonly y: number } {
  return where.kind === 'point' ? where : GRAVITY_POINTS[where.gravity];
}

const GRAVITY_POINTS: Readonly<Record<Gravity, { readonly x: number; readonly y: number }>> = {
  nw: { x: 0, y: 0 },
  n: { x: 0.5, y: 0 },
  ne: { x: 1, y: 0 },
  w: { x: 0, y: 0.5 },
  c: { x: 0.5, y: 0.5 },
  e: { x: 1, y: 0.5 },
  sw: { x: 0, y: 1 },
  s: { x: 0.5, y: 1 },
  se: { x: 1, y: 1 },
};

/** The grammar of a fixed `where` as error messages and docs show it. */
export const FIXED_WHERE_ARGUMENT = 'nw|n|ne|w|c|e|sw|s|se or <x>,<y>, (0 to 1)';

/** The grammar of a `where` as error messages and docs show it. */
export const WHERE_ARGUMENT = `${CONTENT_KINDS.join('|')}|${FIXED_WHERE_ARGUMENT}`;

/** Takes a `where` off the front of an argument; without one it is the centre. Undefined: a focal point out of range. */
export function takeWhere(argument: string): { readonly where: Where; readonly rest: string } | undefined {
  // Before the gravities: `smart` begins with the letter of one.
  const kind = CONTENT_KINDS.find((name) => argument.startsWith(name));
  return kind === undefined
    ? takeFixedWhere(argument)
    : { where: { kind }, rest: argument.slice(kind.length) };
}

/** The same for a `where` that needs no pixels. */
export function takeFixedWhere(
  argument: string,
): { readonly where: FixedWhere; readonly rest: string } | undefined {
  const match = FIXED_WHERE.exec(argument);
  if (match === null) return { where: CENTRE, rest: argument };
  const rest = argument.slice(match[0].length);
  const gravity = GRAVITIES.find((name) => name === match[1]);
  if (gravity !== undefined) return { where: { kind: 'gravity', gravity }, rest };
  const x = Number(match[2]);
  const y = Number(match[3]);
  if (x > 1 || y > 1) return undefined;
  return { where: atPoint(x, y), rest };
}

const FIXED_WHERE = new RegExp(`^(?:(${GRAVITIES.join('|')})|(${NUMBER_PATTERN}),(${NUMBER_PATTERN}),)`);

/** Equal meaning, equal value: a point that is a gravity becomes that gravity. */
function atPoint(x: number, y: number): FixedWhere {
  const gravity = GRAVITIES.find((name) => GRAVITY_POINTS[name].x === x && GRAVITY_POINTS[name].y === y);
  return gravity === undefined ? { kind: 'point', x, y } : { kind: 'gravity', gravity };
}

/** The canonical spelling; the centre is nothing at all. */
export function printWhere(where: Where): string {
  if (where.kind === 'point') return `${printNumber(where.x)},${printNumber(where.y)},`;
  if (where.kind !== 'gravity') return where.kind;
  return where.gravity === 'c' ? '' : where.gravity;
}
