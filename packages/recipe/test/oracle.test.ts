import { readFileSync } from 'node:fs';
import {
  parseRecipe,
  pathSegments,
  planSizes,
  printRecipe,
  RecipeError,
  type Size,
} from '@images-server/recipe';
import { describe, expect, it } from 'vitest';

type SizeRow = [sourceWidth: number, sourceHeight: number, operations: string, width: number, height: number];
type DisputedRow = [
  sourceWidth: number,
  sourceHeight: number,
  operations: string,
  originalStatus: number,
  originalWidth: number | null,
  originalHeight: number | null,
  status: number,
  width: number | null,
  height: number | null,
];
interface Cases
  extends Record<'resize' | 'crop' | 'rotate' | 'pipeline', { readonly rows: readonly SizeRow[] }> {
  readonly disputed: { readonly rows: readonly DisputedRow[] };
}

// The file's shape is stated in oracle/README.md.
const cases: Cases = JSON.parse(
  readFileSync(new URL('./oracle/geometry-cases.json', import.meta.url), 'utf8'),
);

function plannedSize(segments: readonly string[], source: Size): Size | undefined {
  return planSizes(parseRecipe(segments).steps, source).at(-1);
}

describe('planSizes', () => {
  it.each([
    ['resize', 2220],
    ['crop', 1080],
    ['rotate', 240],
    ['pipeline', 390],
  ] as const)('gives every recorded %s size, %d of them', (kind, count) => {
    const { rows } = cases[kind];
    const differing = rows.flatMap(([sourceWidth, sourceHeight, operations, width, height]) => {
      const planned = plannedSize(operations.split('/'), { width: sourceWidth, height: sourceHeight });
      const agrees = planned?.width === width && planned?.height === height;
      return agrees ? [] : [{ source: `${sourceWidth}x${sourceHeight}`, operations, width, height, planned }];
    });
    expect(differing).toEqual([]);
    expect(rows).toHaveLength(count);
  });

  it('gives every recorded size for the canonical spelling too', () => {
    const rows = [cases.resize, cases.crop, cases.rotate, cases.pipeline].flatMap((kind) => kind.rows);
    const differing = rows.flatMap(([sourceWidth, sourceHeight, operations, width, height]) => {
      const canonical = printRecipe(parseRecipe(operations.split('/')));
      const planned = plannedSize(pathSegments(`/${canonical}`, 0), {
        width: sourceWidth,
        height: sourceHeight,
      });
      const agrees = planned?.width === width && planned?.height === height;
      return agrees ? [] : [{ operations, canonical, width, height, planned }];
    });
    expect(differing).toEqual([]);
  });
});

describe('parseRecipe', () => {
  /** Has a meaning here, or is refused by a limit on sizes and not by the language. */
  const MEANT = ['crop/100:100', 'crop/10x10+5+5', 'resize/20000x', 'resize/x20000'];

  it.each(cases.disputed.rows.filter(([, , operations]) => !MEANT.includes(operations)))(
    'treats the disputed %dx%d %s as suggested',
    (sourceWidth, sourceHeight, operations, ...rest) => {
      const [, , , status, width, height] = rest;
      const plan = () => plannedSize(operations.split('/'), { width: sourceWidth, height: sourceHeight });
      if (status === 400) expect(plan).toThrow(RecipeError);
      else expect(plan()).toEqual({ width, height });
    },
  );
});
