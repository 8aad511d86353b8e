import { operationsSegments, RecipeError } from '@images-server/recipe';
import type { ReadRecipe } from './read-recipe.ts';

/** A recipe's canonical text, or the one that was asked for where rules allow presets only: the canonical one has them written out. */
export function addressable(canonical: string, asked: { asked: string; readRecipe: ReadRecipe }): string {
  try {
    asked.readRecipe(operationsSegments(canonical));
    return canonical;
  } catch (error) {
    if (error instanceof RecipeError) return asked.asked;
    throw error;
  }
}
