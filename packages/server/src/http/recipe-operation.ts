import { findOperation, PRESET } from '@images-server/recipe';
import { splitTarget } from './request-target.ts';

/** How many segments stand before the recipe, by the route that has one in its path. */
const SEGMENTS_BEFORE: Readonly<Record<string, number>> = {
  '/image': 3,
  '/info': 3,
  '/explain/image': 4,
  '/process': 2,
};
const IN_QUERY: ReadonlySet<string> = new Set(['/external', '/info/external', '/explain/external']);

/** The first operation in a request's recipe, for metrics: one that there is, or `none`. Never throws. */
export function recipeOperation(route: string, target: string): string {
  const segments = recipeSegments(route, target);
  const names = segments.filter((_, index) => index % 2 === 0);
  return names.find((name) => name === PRESET || findOperation(name) !== undefined) ?? 'none';
}

function recipeSegments(route: string, target: string): string[] {
  const { path, query = '' } = splitTarget(target);
  const before = SEGMENTS_BEFORE[route];
  if (before !== undefined) return path.split('/').slice(before);
  if (!IN_QUERY.has(route)) return [];
  const operations = /(?:^|&)operations=([^&]*)/.exec(query)?.[1] ?? '';
  return operations.replace(/%2f/gi, '/').split('/');
}
