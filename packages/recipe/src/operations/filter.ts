import { ArgumentError } from '../errors.ts';
import type { Filter } from '../filters/filter.ts';
import { FILTERS, findFilter } from '../filters/find-filter.ts';
import { nearestName } from '../nearest-name.ts';
import { defineOperation, type StepValues } from './operation.ts';

/** Which filter, and its values. */
interface Filtering {
  readonly filter: string;
  readonly values: StepValues;
}

const NAMES = FILTERS.map((filter) => filter.name);
const ARGUMENT = `<name>[:<value>,...], name: ${NAMES.join(', ')}`;

export const filter = defineOperation<Filtering>({
  name: 'filter',
  summary: 'Changes how the pixels look, one filter at a time.',
  argument: ARGUMENT,
  details: `
The name of a filter, with its values after a colon and commas between them; several filters are several steps.

Formulas are for 8-bit sRGB channels, gamma-coded as they are, from 0 to 255. x is any of the channels r, g and b and x' its
new value, rounded half up and cut to 0-255. L is the luma, \`round(0.2126r + 0.7152g + 0.0722b)\`. Alpha stays as it is, and
what is transparent does not bleed into what is not; a filter that changes alpha says so.

${FILTERS.map(describeFilter).join('\n\n')}
`.trim(),
  examples: FILTERS.flatMap((known) => known.examples),
  parse: parseFiltering,
  print: ({ filter: name, values }) => joined(name, knownFilter(name).print(values)),
  size: (_filtering, { width, height }) => ({ width, height }),
  scale: ({ filter: name, values }, dpr) => ({
    filter: name,
    values: knownFilter(name).scale?.(values, dpr) ?? values,
  }),
  needsFaces: ({ filter: name, values }) => knownFilter(name).needsFaces?.(values) ?? false,
  apply: (canvas, { filter: name, values }) => knownFilter(name).apply(canvas, values),
});

function describeFilter({ name, argument, summary, details }: Filter): string {
  return `**\`${name}${argument}\`** ${summary}\n\n${details}`;
}

function parseFiltering(argument: string): Filtering {
  const colon = argument.indexOf(':');
  const name = colon < 0 ? argument : argument.slice(0, colon);
  const text = colon < 0 ? undefined : argument.slice(colon + 1);
  const known = findFilter(name);
  if (known !== undefined) return { filter: name, values: readValues(known, text) };
  throw new ArgumentError(ARGUMENT, nearestFiltering(name, text));
}

function readValues(known: Filter, text: string | undefined): StepValues {
  try {
    return known.parse(text);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const { suggestion } = error;
    const meant = suggestion === undefined ? undefined : joined(known.name, suggestion);
    throw new ArgumentError(
      `${known.name}${known.argument}`,
      meant ?? (text === undefined ? exampleOf(known) : undefined),
    );
  }
}

/** `Blurr:5` probably meant `blur:5`; where the values do not fit either, an example shows what would. */
function nearestFiltering(name: string, text: string | undefined): string | undefined {
  const nearest = findFilter(nearestName(name, NAMES) ?? '');
  if (nearest === undefined) return undefined;
  try {
    return joined(nearest.name, nearest.print(readValues(nearest, text)));
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    return error.suggestion ?? exampleOf(nearest);
  }
}

function exampleOf({ examples }: Filter): string | undefined {
  return examples[0]?.recipe.replace('filter/', '');
}

function joined(name: string, values: string): string {
  return values === '' ? name : `${name}:${values}`;
}

function knownFilter(name: string): Filter {
  const known = findFilter(name);
  if (known === undefined) throw new TypeError(`no filter ${name}`);
  return known;
}
