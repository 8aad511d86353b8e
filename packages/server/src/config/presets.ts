import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { operationsSegments, parseRecipe, type Recipe, RecipeError } from '@images-server/recipe';
import type { Reading } from './setting-kinds.ts';

/** Recipes by name. */
export type Presets = ReadonlyMap<string, Recipe>;

/**
 * The text of named recipes: `text` itself where it is `<name>=<recipe>;...` or JSON, else what is in the file of that
 * path, which counts from `startFolder`.
 */
export async function presetsText(text: string, startFolder: string): Promise<Reading<string>> {
  if (INLINE.test(text)) return { value: text };
  try {
    return { value: await readFile(resolve(startFolder, text), 'utf8') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `is neither <name>=<recipe> nor a file that can be read: ${reason}` };
  }
}

const INLINE = /^(?:[^=/\\]*=|\{)/;

/** Reads named recipes: `<name>=<recipe>`, several separated by `;`, or as a JSON object; the first problem names its preset. */
export function parsePresets(text: string): Reading<Presets> {
  const entries = text.trimStart().startsWith('{') ? readJson(text) : { value: readPairs(text) };
  if ('problem' in entries) return entries;
  const presets = new Map<string, Recipe>();
  for (const [name, recipe] of entries.value) {
    if (!NAME.test(name)) return { problem: `has a preset "${name}", which is not a name` };
    if (presets.has(name)) return { problem: `has the preset "${name}" twice` };
    const reading = readRecipe(recipe);
    if ('problem' in reading) return { problem: `has a wrong preset "${name}": ${reading.problem}` };
    presets.set(name, reading.value);
  }
  return presets.size === 0 ? { problem: 'has no preset' } : { value: presets };
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

type Entries = readonly (readonly [name: string, recipe: string])[];

function readPairs(text: string): Entries {
  const pairs = text.split(';').filter((pair) => pair.trim() !== '');
  return pairs.map((pair) => {
    const [name = '', ...recipe] = pair.split('=');
    return [name.trim(), recipe.join('=').trim()];
  });
}

function readJson(text: string): Reading<Entries> {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    const recipes = entries.flatMap(([name, recipe]) =>
      typeof recipe === 'string' ? [[name, recipe] as const] : [],
    );
    return recipes.length === entries.length
      ? { value: recipes }
      : { problem: 'is JSON, but not an object of texts' };
  } catch (error) {
    return { problem: `is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function readRecipe(text: string): Reading<Recipe> {
  try {
    return { value: parseRecipe(operationsSegments(text.replace(NOT_ASCII, encodeURIComponent))) };
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return {
      problem: error.code === 'unknown_preset' ? 'a preset cannot name another preset' : error.message,
    };
  }
}

/** Whole characters: half a surrogate pair cannot be encoded, and is no recipe either. */
const NOT_ASCII = /[^\0-\x7f\ud800-\udfff]+|[\ud800-\udbff][\udc00-\udfff]/g;
