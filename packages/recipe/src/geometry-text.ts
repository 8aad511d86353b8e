import { ArgumentError } from './errors.ts';
import type { Geometry } from './geometry.ts';
import { INTEGER_PATTERN, MAX_NUMBER, NUMBER_PATTERN, printNumber, roundHalfUp } from './numbers.ts';

/** The grammar of a geometry as error messages and docs show it. */
export const GEOMETRY_ARGUMENT =
  '<width>x, x<height>, <width>x<height> (with ^ ! < >), <n>%, <x>%x<y>%, <area>@ or <a>:<b>';

/**
 * Reads an ImageMagick geometry (`300x200>`, `50%`, `10000@`, `16:9`, ...). Flags count wherever they stand; offsets after
 * two sides are read and ignored. Throws `ArgumentError`: unlike ImageMagick, for whatever is not in the grammar, for
 * sides that round to 0, for zero percentages, areas and ratio sides, and for numbers of 10^12 and more.
 */
export function parseGeometry(text: string): Geometry {
  const geometry = readGeometry(text);
  if (geometry !== undefined) return geometry;
  throw new ArgumentError(GEOMETRY_ARGUMENT, nearestGeometry(text));
}

function readGeometry(text: string): Geometry | undefined {
  const core = text.replace(FLAGS, '');
  const flags = core.length === text.length ? '' : text;
  const ratio = RATIO.exec(core);
  if (ratio !== null) return readRatio(ratio, flags);
  const sides = SIDES.exec(core);
  if (sides === null) return undefined;
  const first = readNumber(sides[1]);
  const second = readNumber(sides[3]);
  if (first === undefined && second === undefined) return undefined;
  if (outOfRange(first) || outOfRange(second)) return undefined;
  if (flags.includes('@')) return readArea(first, { isBare: sides[2] === undefined, flags });
  if (flags.includes('%')) return { kind: 'percent', x: first ?? 100, y: second ?? first ?? 100 };
  return readBox(first, second, flags);
}

const FLAGS = /[%!<>^@]/g;
const RATIO = new RegExp(`^(${NUMBER_PATTERN}):(${NUMBER_PATTERN})$`);
const SIDES = new RegExp(
  `^(${NUMBER_PATTERN})?(?:([xX])(${NUMBER_PATTERN})?(?:[+-]${INTEGER_PATTERN}[+-]${INTEGER_PATTERN})?)?$`,
);

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function outOfRange(value: number | undefined): boolean {
  return value !== undefined && (value === 0 || value >= MAX_NUMBER);
}

function readRatio(match: RegExpExecArray, flags: string): Geometry | undefined {
  const width = Number(match[1]);
  const height = Number(match[2]);
  if (outOfRange(width) || outOfRange(height) || flags.includes('%') || flags.includes('@')) return undefined;
  return { kind: 'ratio', width, height };
}

/** `<` and `!` and `^` have no effect on an area; `>` keeps it from enlarging. */
function readArea(
  pixels: number | undefined,
  { isBare, flags }: { isBare: boolean; flags: string },
): Geometry | undefined {
  if (pixels === undefined || !isBare || flags.includes('%')) return undefined;
  return { kind: 'area', pixels, when: flags.includes('>') ? 'shrink' : 'always' };
}

function readBox(first: number | undefined, second: number | undefined, flags: string): Geometry | undefined {
  const width = first === undefined ? undefined : roundHalfUp(first);
  const height = second === undefined ? undefined : roundHalfUp(second);
  if (outOfRange(width) || outOfRange(height)) return undefined;
  const shrinks = flags.includes('>');
  const enlarges = flags.includes('<');
  // Only shrink and only enlarge: never anything, which is what 100 % says.
  if (shrinks && enlarges) return { kind: 'percent', x: 100, y: 100 };
  const when = shrinks ? 'shrink' : enlarges ? 'enlarge' : 'always';
  if (flags.includes('!')) return box({ width, height, fit: 'exact', when });
  // One side to cover is the shorter side, whichever was named.
  if (flags.includes('^')) {
    return box({ width: width ?? height, height: height ?? width, fit: 'cover', when });
  }
  return box({ width, height, fit: 'inside', when });
}

function box(values: {
  width: number | undefined;
  height: number | undefined;
  fit: 'inside' | 'cover' | 'exact';
  when: 'always' | 'shrink' | 'enlarge';
}): Geometry {
  const { width, height, fit, when } = values;
  return {
    kind: 'box',
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    fit,
    when,
  };
}

/** A geometry that was probably meant: `100px` is `100x`, `100,50` is `100x50`. */
function nearestGeometry(text: string): string | undefined {
  if (text.length > LONGEST_RESPELLED) return undefined;
  const respelled = text
    .toLowerCase()
    .replace(/\s/g, '')
    .replace(/px|[,;*×]/g, 'x');
  const geometry = readGeometry(respelled) ?? readGeometry(respelled.replace(TRAILING_X, '$1$2'));
  return geometry === undefined ? undefined : printGeometry(geometry);
}

const LONGEST_RESPELLED = 64;
/** Of `100x50x>`, what was `100px50px>`. */
const TRAILING_X = /^(x*\d+x+\d+)x+([%!<>^@]*)$/;

/** The canonical spelling: equal meaning, equal text. */
export function printGeometry(geometry: Geometry): string {
  switch (geometry.kind) {
    case 'box': {
      const sides = `${geometry.width ?? ''}x${geometry.height ?? ''}`;
      return `${sides}${FIT_FLAGS[geometry.fit]}${WHEN_FLAGS[geometry.when]}`;
    }
    case 'area':
      return `${printNumber(geometry.pixels)}@${WHEN_FLAGS[geometry.when]}`;
    case 'percent':
      return geometry.x === geometry.y
        ? `${printNumber(geometry.x)}%`
        : `${printNumber(geometry.x)}%x${printNumber(geometry.y)}%`;
    case 'ratio':
      return `${printNumber(geometry.width)}:${printNumber(geometry.height)}`;
  }
}

const FIT_FLAGS = { inside: '', cover: '^', exact: '!' } as const;
const WHEN_FLAGS = { always: '', shrink: '>', enlarge: '<' } as const;
