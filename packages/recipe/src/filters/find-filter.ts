import type { Filter } from './filter.ts';
import * as table from './table.ts';

/** The name of a filter. */
export type FilterName = keyof typeof table;

/** Every filter, by name. */
export const FILTERS: readonly Filter[] = Object.values(table);

/** The filter of that name, as it stands in the URL. */
export function findFilter(name: string): Filter | undefined {
  return FILTERS_BY_NAME.get(name);
}

const FILTERS_BY_NAME = new Map(FILTERS.map((filter) => [filter.name, filter]));
