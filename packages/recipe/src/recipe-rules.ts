import { RecipeError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import type { Operation, StepValues } from './operations/operation.ts';
import type { Recipe } from './recipe.ts';
import { shortened } from './segments.ts';

/** What a recipe may be on one server, and the presets that it can name. What is absent limits nothing. */
export interface RecipeRules {
  /** Recipes by name. They are the server's own: what follows does not hold for what is in them. */
  readonly presets?: ReadonlyMap<string, Recipe> | undefined;
  /** True where the only step is one preset; of the settings only `format` is left, or the allowed ones. */
  readonly presetsOnly?: boolean | undefined;
  /** The steps that are allowed, besides presets: an operation's name, or `filter/blur` for one filter. */
  readonly allowedOperations?: readonly string[] | undefined;
  /** The names of the output settings that are allowed. */
  readonly allowedSettings?: readonly string[] | undefined;
  /** The sizes that asked sizes snap to; then no step may ask for a size other than in pixels. */
  readonly sizes?: readonly number[] | undefined;
}

/** The name of the step that stands for the steps and settings of a preset. */
export const PRESET = 'preset';

/** The preset of that name; throws `unknown_preset`, or `operation_not_allowed` where one has been named already. */
export function findPreset(
  name: string,
  position: number,
  { rules: { presets = new Map(), presetsOnly = false }, isFirst }: { rules: RecipeRules; isFirst: boolean },
): Recipe {
  if (presetsOnly && !isFirst) throw notAllowed(PRESET, position - 1, 'one preset alone');
  const preset = presets.get(name);
  if (preset !== undefined) return preset;
  const names = [...presets.keys()];
  throw new RecipeError({
    code: 'unknown_preset',
    segment: shortened(name),
    position,
    expected: names.length === 0 ? 'no preset: none is configured here' : `one of ${names.join(', ')}`,
    suggestion: nearestName(name, names),
  });
}

/** Throws `operation_not_allowed` where the rules do not allow a step; `position` is the one of its name. */
export function checkStep(
  step: { readonly name: string; readonly argument: string },
  position: number,
  { presets = new Map(), presetsOnly = false, allowedOperations }: RecipeRules,
): void {
  const { name, argument } = step;
  if (presetsOnly) {
    throw notAllowed(name, position, `a preset: preset/<name> with one of ${[...presets.keys()].join(', ')}`);
  }
  if (allowedOperations === undefined || allowedOperations.includes(name)) return;
  const expected = `one of ${[PRESET, ...allowedOperations].join(', ')}`;
  const kinds = allowedOperations.filter((allowed) => allowed.startsWith(`${name}/`));
  if (kinds.length === 0) throw notAllowed(name, position, expected);
  const [kind = ''] = argument.split(':', 1);
  if (!kinds.includes(`${name}/${kind}`)) throw notAllowed(argument, position + 1, expected);
}

/** Throws `operation_not_allowed` for a size that no ladder can bound; `position` is the one of the argument. */
export function checkSize(
  step: { readonly operation: Operation; readonly values: StepValues; readonly argument: string },
  position: number,
  { sizes }: RecipeRules,
): void {
  const { operation, values, argument } = step;
  if (sizes === undefined || operation.snap === undefined) return;
  if (operation.snap(values, (lengthPx) => lengthPx) !== undefined) return;
  throw notAllowed(argument, position, `a size in pixels, which becomes one of ${sizes.join(', ')}`);
}

/** Throws `operation_not_allowed` where the rules do not allow a setting; `position` is the one of its name. */
export function checkSetting(
  name: string,
  position: number,
  { presetsOnly = false, allowedSettings = presetsOnly ? ['format'] : undefined }: RecipeRules,
): void {
  if (allowedSettings === undefined || allowedSettings.includes(name)) return;
  const expected =
    allowedSettings.length === 0
      ? 'no output setting'
      : `no output setting but ${allowedSettings.join(', ')}`;
  throw notAllowed(name, position, expected);
}

function notAllowed(segment: string, position: number, expected: string): RecipeError {
  return new RecipeError({
    code: 'operation_not_allowed',
    segment: shortened(segment),
    position,
    expected: `${expected} (this server allows no other)`,
  });
}
