import { aboutSettings } from './about-settings.ts';
import { operationNames, outputSettingNames, presets, sizeLadder } from './recipe-kinds.ts';
import { toggle } from './setting-kinds.ts';

/** The settings that say what recipes may be: what of it visitors can ask for, and so how many variants there can be. */
export const recipeSettings = {
  presets: presets().optional().register(aboutSettings, {
    group: 'Recipes',
    description:
      'Named recipes: `preset/<name>` stands for the steps of one, and its output settings hold where the URL does not say. Presets cannot name presets.',
  }),
  presetsOnly: toggle().prefault('off').register(aboutSettings, {
    group: 'Recipes',
    description:
      '`on` allows one preset and no other step; of the output settings `format`, or those of `ALLOWED_SETTINGS`.',
  }),
  allowedOperations: operationNames().optional().register(aboutSettings, {
    group: 'Recipes',
    description:
      'The operations that URLs may use, besides presets; others are a 403 with the code `operation_not_allowed`. What is in presets is not bound by it.',
    defaultInWords: 'all of them',
  }),
  allowedSettings: outputSettingNames().optional().register(aboutSettings, {
    group: 'Recipes',
    description: 'The output settings that URLs may use; others are a 403, too.',
    defaultInWords: 'all of them',
  }),
  sizes: sizeLadder().optional().register(aboutSettings, {
    group: 'Recipes',
    description:
      'A ladder of sizes: each side that `resize`, `cover` or `contain` asks for (times `dpr`) goes up to the next of these, what is above the largest down to it. Other sizes than in pixels (`50%`) are then a 403.',
    defaultInWords: 'any size',
  }),
};
