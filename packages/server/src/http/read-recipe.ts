import { parseRecipe, type Recipe, type RecipeRules } from '@images-server/recipe';

/** Reads the decoded segments of a recipe that came with a request; throws `RecipeError` for what is not allowed, too. */
export type ReadRecipe = (segments: readonly string[]) => Recipe;

/** Creates the one way in which routes read recipes: with this server's presets, and within its rules. */
export function createReadRecipe(rules: RecipeRules): ReadRecipe {
  return (segments) => parseRecipe(segments, rules);
}
