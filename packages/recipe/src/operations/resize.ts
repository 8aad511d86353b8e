import { type Geometry, resizedSize } from '../geometry.ts';
import { GEOMETRY_ARGUMENT, parseGeometry, printGeometry } from '../geometry-text.ts';
import { scaledLength } from '../numbers.ts';
import { defineOperation } from './operation.ts';

export const resize = defineOperation<Geometry>({
  name: 'resize',
  summary: 'Resamples the picture to another size, which is computed exactly as ImageMagick does.',
  argument: GEOMETRY_ARGUMENT,
  details: `
The argument is an ImageMagick geometry. Lengths are in pixels and rounded half up; the flags may stand anywhere in it.

| form | result |
|---|---|
| \`200x\` or \`200\` | 200 wide, the height in proportion |
| \`x100\` | 100 high, the width in proportion |
| \`300x200\` | fits inside that box; enlarges too |
| \`300x200>\` | the same, but each side only shrinks |
| \`300x200<\` | the same, but each side only grows |
| \`300x200^\` | covers the box, one side may be longer (\`crop\` cuts it) |
| \`300x200!\` | exactly that, distorted; a side that is not named keeps its length |
| \`50%\`, \`40%x60%\` | of both sides, of each side; \`> < ^ !\` have no effect |
| \`10000@\` | as large as fits into that area, both sides rounded down; with \`>\` it only shrinks |
| \`16:9\` | stretches one side to that ratio; nothing is cut |

\`!>\` and \`!<\` act on each side alone, so they distort. \`^>\` does not enlarge, and may then not cover the box. One number
with \`^\` is the shorter side. No side becomes less than 1 pixel. \`x50%\` leaves the width alone, but \`50%x\` is \`50%\`.
With the setting \`enlarge/off\` every form only shrinks: as if \`>\` were there, and percentages were at most 100.
\`dpr\` multiplies sides, but neither percentages, areas nor ratios.
Offsets (\`300x200+10+10\`) are read and ignored. A length that rounds to 0 is refused, and so are white space and signs.
`.trim(),
  examples: [
    { recipe: 'resize/300x200', meaning: 'fits inside 300x200' },
    { recipe: 'resize/200x', meaning: '200 wide' },
    { recipe: 'resize/x100', meaning: '100 high' },
    { recipe: 'resize/1600x1600%3E', meaning: 'at most 1600 on each side, never enlarged' },
    { recipe: 'resize/300x300%5E/crop/300x300', meaning: 'fills a square of 300 and cuts the rest' },
    { recipe: 'resize/300x200!', meaning: 'exactly 300x200, distorted' },
    { recipe: 'resize/50%25', meaning: 'half as wide and half as high' },
    { recipe: 'resize/40%25x60%25', meaning: '40 % of the width, 60 % of the height' },
    { recipe: 'resize/1000000@%3E', meaning: 'at most a megapixel' },
  ],
  parse: parseGeometry,
  print: printGeometry,
  size: resizedSize,
  scale: (geometry, dpr) => mapSides(geometry, (sidePx) => scaledLength(sidePx, dpr)) ?? geometry,
  snap: mapSides,
  shrinkOnly,
  apply: (canvas, geometry) => canvas.resample(resizedSize(geometry, canvas)),
});

/** Undefined where no side is given in pixels. */
function mapSides(geometry: Geometry, map: (sidePx: number) => number): Geometry | undefined {
  if (geometry.kind !== 'box') return undefined;
  const { width, height } = geometry;
  return {
    ...geometry,
    ...(width === undefined ? {} : { width: map(width) }),
    ...(height === undefined ? {} : { height: map(height) }),
  };
}

function shrinkOnly(geometry: Geometry): Geometry {
  switch (geometry.kind) {
    case 'box':
      // Only enlarging, and never that: what 100 % says.
      return geometry.when === 'enlarge'
        ? { kind: 'percent', x: 100, y: 100 }
        : { ...geometry, when: 'shrink' };
    case 'area':
      return { ...geometry, when: 'shrink' };
    case 'percent':
      return { kind: 'percent', x: Math.min(100, geometry.x), y: Math.min(100, geometry.y) };
    case 'ratio':
      // One side keeps its length, the other becomes less.
      return geometry;
  }
}
