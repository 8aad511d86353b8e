import { ArgumentError, RecipeError } from './errors.ts';
import { findFilter } from './filters/find-filter.ts';
import { nearestName } from './nearest-name.ts';
import { findOperation, OPERATIONS } from './operations/find-operation.ts';
import { MAX_RECIPE_LENGTH, MAX_STEPS, type OutputSettings, type Recipe, type Step } from './recipe.ts';
import { checkSetting, checkSize, checkStep, findPreset, PRESET, type RecipeRules } from './recipe-rules.ts';
import { checkSegments, shortened } from './segments.ts';
import { findSetting, SETTINGS } from './settings/find-setting.ts';

/**
 * Reads a recipe from its decoded segments: name, argument, name, argument, ... Positions in errors count segments from 0.
 * `preset/<name>` becomes the steps of that preset; its settings hold where the recipe itself does not say, those of a
 * later preset before those of an earlier one. Throws `RecipeError`, and nothing else, for whatever is not a recipe, or
 * not one that the rules allow; the first mistake from the left is named.
 */
export function parseRecipe(segments: readonly string[], rules: RecipeRules = {}): Recipe {
  checkLength(segments);
  return parseSegments(segments, rules);
}

/** The same for what comes from `printRecipe`, however long it is: `dpr` makes numbers longer. */
export function parseSegments(segments: readonly string[], rules: RecipeRules = {}): Recipe {
  checkSegments(segments);
  const steps: Step[] = [];
  const settings: OutputSettings = {};
  let presetSettings: OutputSettings | undefined;
  for (let position = 0; position < segments.length; position += 2) {
    const name = segments[position] ?? '';
    const argument = segments[position + 1];
    const operation = findOperation(name);
    const setting = findSetting(name);
    if (argument === undefined) throw missingArgument(name, position);
    if (name === PRESET) {
      const preset = findPreset(argument, position + 1, { rules, isFirst: presetSettings === undefined });
      if (steps.length + preset.steps.length > MAX_STEPS) throw tooManySteps(argument, position + 1);
      steps.push(...preset.steps);
      presetSettings = { ...presetSettings, ...preset.settings };
    } else if (operation !== undefined) {
      if (steps.length === MAX_STEPS) throw tooManySteps(name, position);
      checkStep({ name, argument }, position, rules);
      const values = readArgument(operation, argument, position + 1);
      checkSize({ operation, values, argument }, position + 1, rules);
      steps.push({ operation: name, values });
    } else if (setting !== undefined) {
      checkSetting(name, position, rules);
      if (Object.hasOwn(settings, name)) throw duplicateSetting(name, position);
      Object.assign(settings, { [name]: readArgument(setting, argument, position + 1) });
    } else {
      throw unknownOperation(name, position);
    }
  }
  return { steps, settings: Object.assign({}, presetSettings, settings) };
}

function readArgument<Value>(
  part: { parse(argument: string): Value },
  argument: string,
  position: number,
): Value {
  try {
    return part.parse(argument);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const { expected, suggestion } = error;
    throw new RecipeError({
      code: 'bad_argument',
      segment: shortened(argument),
      position,
      expected,
      suggestion,
    });
  }
}

function checkLength(segments: readonly string[]): void {
  let length = 0;
  for (const [position, segment] of segments.entries()) {
    length += segment.length + 1;
    if (length <= MAX_RECIPE_LENGTH + 1) continue;
    const expected = `at most ${MAX_RECIPE_LENGTH} characters in all`;
    throw new RecipeError({ code: 'recipe_too_long', segment: shortened(segment), position, expected });
  }
}

function missingArgument(name: string, position: number): RecipeError {
  const argument =
    name === PRESET ? 'the name of a preset' : (findOperation(name) ?? findSetting(name))?.argument;
  return new RecipeError({
    code: 'missing_argument',
    segment: shortened(name),
    position,
    expected:
      argument === undefined ? 'pairs of a name and an argument' : `an argument after it: ${argument}`,
    suggestion: argument === undefined ? meant(name) : undefined,
  });
}

function unknownOperation(name: string, position: number): RecipeError {
  return new RecipeError({
    code: 'unknown_operation',
    segment: shortened(name),
    position,
    expected: `one of ${names().join(', ')}`,
    suggestion: meant(name),
  });
}

function tooManySteps(name: string, position: number): RecipeError {
  return new RecipeError({
    code: 'too_many_steps',
    segment: name,
    position,
    expected: `at most ${MAX_STEPS} steps`,
  });
}

function duplicateSetting(name: string, position: number): RecipeError {
  return new RecipeError({
    code: 'duplicate_setting',
    segment: name,
    position,
    expected: `${name} only once`,
  });
}

/** What was probably meant by a name that there is not; of a filter that is two segments. */
function meant(name: string): string | undefined {
  return findFilter(name) === undefined ? nearestName(name, names()) : `filter/${name}`;
}

function names(): string[] {
  return [...[...OPERATIONS, ...SETTINGS].map((part) => part.name), PRESET];
}
