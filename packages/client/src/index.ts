export type { Recipe } from '@images-server/recipe';
