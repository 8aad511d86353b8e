import { type Example, FILTERS, OPERATIONS, PRESET, SETTINGS } from '@images-server/recipe';

/** A part of the language, as programs read it. */
interface DescribedPart {
  readonly name: string;
  readonly summary: string;
  /** The grammar of what stands behind the name. */
  readonly argument: string;
  /** Markdown. */
  readonly details: string;
  readonly examples: readonly Example[];
}

/** Every operation, filter and output setting, from their tables. */
export function languageParts(): {
  readonly operations: readonly DescribedPart[];
  readonly filters: readonly DescribedPart[];
  readonly settings: readonly DescribedPart[];
} {
  return {
    operations: OPERATIONS.map(describedPart),
    filters: FILTERS.map(describedPart),
    settings: SETTINGS.map(describedPart),
  };
}

/** What a recipe is, in Markdown, for people. */
export function languageText(): string {
  const { operations, filters, settings } = languageParts();
  return `
Pairs of \`<name>/<argument>\`, run from left to right; output settings stand anywhere, each once. Each segment is
percent-encoded by itself, and the slashes between them are part of the path.

${table('step', [...operations, PRESET_PART])}

${table('filter', filters)}

${table('output setting', settings)}
`.trim();
}

/** Recipes by a name of their own: the first example of each part of the language. */
export function recipeExamples(): Readonly<Record<string, { summary: string; value: string }>> {
  const { operations, settings } = languageParts();
  const examples = [...operations, ...settings].flatMap(({ name, examples: [first] }) =>
    first === undefined ? [] : [[name, { summary: first.meaning, value: first.recipe }] as const],
  );
  return Object.fromEntries(examples);
}

const PRESET_PART: DescribedPart = {
  name: PRESET,
  argument: 'the name of a preset',
  summary: 'Stands for a recipe that the configuration names.',
  details: '',
  examples: [],
};

function describedPart({ name, summary, argument, details, examples }: DescribedPart): DescribedPart {
  return { name, summary, argument, details, examples };
}

function table(title: string, parts: readonly DescribedPart[]): string {
  const rows = parts.map(
    ({ name, argument, summary }) => `| \`${name}\` | ${cell(argument)} | ${cell(summary)} |`,
  );
  return [`| ${title} | argument | |`, '|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
