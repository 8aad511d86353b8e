import { findOperation } from './operations/find-operation.ts';
import type { OutputSettings, Recipe, Step } from './recipe.ts';
import { SETTINGS } from './settings/find-setting.ts';

/**
 * The canonical text of a recipe, percent-encoded for a path (and for a query's `operations`), without a `/` around it:
 * the steps in order, then the settings by name. Equal meaning, equal text; `pathSegments` and `parseRecipe` undo it.
 */
export function printRecipe(recipe: Recipe): string {
  return [...stepSegments(recipe.steps), ...settingSegments(recipe.settings)].map(encoded).join('/');
}

/** The canonical text of steps alone, percent-encoded; `parseSteps` undoes it. */
export function printSteps(steps: readonly Step[]): string {
  return stepSegments(steps).map(encoded).join('/');
}

function stepSegments(steps: readonly Step[]): string[] {
  return steps.flatMap(({ operation, values }) => {
    const definition = findOperation(operation);
    if (definition === undefined) throw new TypeError(`no operation is called ${operation}`);
    return [operation, definition.print(values)];
  });
}

function settingSegments(settings: OutputSettings): string[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  return SETTINGS.flatMap((setting) => {
    const value = values.get(setting.name);
    return value === undefined ? [] : [setting.name, setting.print(value)];
  });
}

/** Leaves alone what a path and a query may both hold and arguments often have. */
function encoded(segment: string): string {
  return encodeURIComponent(segment).replace(/%(?:2B|2C|3A|40)/g, (code) => READABLE[code] ?? code);
}

const READABLE: Readonly<Record<string, string>> = { '%2B': '+', '%2C': ',', '%3A': ':', '%40': '@' };
