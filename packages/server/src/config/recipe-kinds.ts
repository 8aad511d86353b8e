import { FILTERS, OPERATIONS, SETTINGS } from '@images-server/recipe';
import { parsePresets } from './presets.ts';
import { kind, list, type Reading, readList, readWholeNumber } from './setting-kinds.ts';

const MAX_SIZE_PX = 16_384;

/** Named recipes, as `parsePresets` reads them. */
export function presets() {
  const allowed =
    '<name>=<recipe>, several separated by semicolons, or the path of a JSON file {"<name>": "<recipe>"}; names of letters, digits, - and _';
  return kind({ allowed }, parsePresets);
}

/** Operations by name, and filters as `filter/<name>`, comma-separated. */
export function operationNames() {
  const names = [...OPERATIONS.map(({ name }) => name), ...FILTERS.map(({ name }) => `filter/${name}`)];
  const allowed = `comma-separated operations, or filters as filter/<name>: ${names.join(', ')}`;
  return list({ allowed }, (entry) => readName(entry, names, 'an operation'));
}

/** Output settings by name, comma-separated; `none` for an empty list. */
export function outputSettingNames() {
  const names = SETTINGS.map(({ name }) => name);
  const allowed = `none, or comma-separated output settings: ${names.join(', ')}`;
  return kind(
    { allowed },
    (text): Reading<readonly string[]> =>
      text === 'none'
        ? { value: [] }
        : readList(text, (entry) => readName(entry, names, 'an output setting')),
  );
}

function readName(entry: string, names: readonly string[], what: string): Reading<string> {
  return names.includes(entry) ? { value: entry } : { problem: `("${entry}") is not ${what}` };
}

/** Lengths in pixels, comma-separated in any order; sorted, each once. */
export function sizeLadder() {
  const allowed = `comma-separated lengths in pixels, each 1 to ${MAX_SIZE_PX}`;
  return kind({ allowed }, (text): Reading<readonly number[]> => {
    const reading = readList(text, (entry) => readWholeNumber(entry, 1, MAX_SIZE_PX));
    if ('problem' in reading) return reading;
    return { value: [...new Set(reading.value)].sort((one, other) => one - other) };
  });
}
