import { effectiveSteps } from './effective-steps.ts';
import type { Filter } from './filters/filter.ts';
import { FILTERS } from './filters/find-filter.ts';
import { OPERATIONS } from './operations/find-operation.ts';
import type { Example, Operation, Size } from './operations/operation.ts';
import { parseRecipe } from './parse-recipe.ts';
import { operationsSegments } from './path.ts';
import { planSizes } from './plan-sizes.ts';
import { MAX_RECIPE_LENGTH, MAX_STEPS } from './recipe.ts';
import { SETTINGS } from './settings/find-setting.ts';
import type { Setting } from './settings/setting.ts';

/** The picture that all examples begin from, `docs/operations/photograph.jpg`. */
export const PHOTOGRAPH: Size = { width: 512, height: 341 };

/** A picture of the page: what a server has to be asked for, and the file that it goes into. */
export interface ExamplePicture {
  /** The example, made small. */
  readonly recipe: string;
  /** In `docs/operations/`. */
  readonly file: string;
  /** True where the example needs an animation. */
  readonly isAnimated: boolean;
}

/** The pictures of every example. */
export function examplePictures(): readonly ExamplePicture[] {
  const steps = [...OPERATIONS, ...FILTERS].flatMap(({ examples }) => examples.map(stepPicture));
  return [
    ...new Map(
      [...steps, ...SETTINGS.flatMap(settingPictures)].map((picture) => [picture.file, picture]),
    ).values(),
  ];
}

const SMALL = 'resize/240x240%3E';

function stepPicture({ recipe }: Example): ExamplePicture {
  const small = `${recipe}/${SMALL}/format/webp/quality/75`;
  return { recipe: small, file: `${fileName(recipe)}.webp`, isAnimated: false };
}

/** With its own settings: they are what it is about. */
function settingPictures({ name, examples }: Setting): readonly ExamplePicture[] {
  return examples.map(({ recipe }) => {
    const { format = 'jpeg' } = parseRecipe(operationsSegments(recipe)).settings;
    const ending = name === 'page' ? 'gif' : format === 'auto' ? 'jpeg' : format;
    return {
      recipe: `${recipe}/${SMALL}`,
      file: `${fileName(recipe)}.${ending}`,
      isAnimated: name === 'page',
    };
  });
}

function fileName(recipe: string): string {
  const words = decodeURIComponent(recipe)
    .toLowerCase()
    .replace(/0123456789(?:\d{30})/, 'mark');
  const spelled = words
    .replaceAll('%', 'percent')
    .replaceAll('>', 'max')
    .replaceAll('^', 'min')
    .replaceAll('!', 'exact');
  const minus = spelled.replace(/([/:])-/g, '$1minus');
  const arabic = minus.replace(/[^\0-\x7f]+/g, 'arabic');
  return arabic
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80);
}

/** `docs/operations.md`. */
export function operationsPage(): string {
  const chapters = [
    INTRODUCTION,
    '## Steps',
    ...OPERATIONS.map(operationChapter),
    PRESET_CHAPTER,
    '## Filters',
    filterIntroduction(),
    ...FILTERS.map(filterChapter),
    '## Output settings',
    SETTINGS_INTRODUCTION,
    ...SETTINGS.map(settingChapter),
  ];
  return `${chapters.join('\n\n')}\n`;
}

const INTRODUCTION = `# Operations

<!-- Written by \`npm run docs\` from packages/recipe/src: change it there. -->

A recipe is pairs of \`<name>/<argument>\`, at most ${MAX_STEPS} steps and ${MAX_RECIPE_LENGTH.toLocaleString('en')} characters. Steps run in the order in which they
are written; output settings may stand anywhere. Every segment is percent-encoded by itself: \`%\` is written \`%25\`, \`>\` is \`%3E\`.

Every example here was made by the server from this photograph (${PHOTOGRAPH.width}x${PHOTOGRAPH.height}), and shrunk to fit the page:

![the photograph](operations/photograph.jpg)

It is a part of NASA's portrait of the astronaut Eileen Collins, which is in the public domain.

${contents()}`;

function contents(): string {
  const links = (parts: readonly { name: string }[]) =>
    parts.map(({ name }) => `[\`${name}\`](#${name})`).join(' ');
  return `| | |
|---|---|
| steps | ${links(OPERATIONS)} [\`preset\`](#preset) |
| filters | ${links(FILTERS)} |
| output settings | ${links(SETTINGS)} |`;
}

const PRESET_CHAPTER = `### preset

Stands for the steps and output settings of a recipe that the configuration names (\`PRESETS=<name>=<recipe>\`).

\`preset/<name>\`

Its steps run where it stands, and count towards the ${MAX_STEPS} that a recipe may have. Its output settings hold where the URL
itself does not say; those of a later preset go before those of an earlier one. Presets cannot name presets.`;

const SETTINGS_INTRODUCTION =
  'What is said of the result as a whole, wherever it stands in the URL; the same one twice is an error.';

function operationChapter(operation: Operation): string {
  const { name, summary, argument, details, examples } = operation;
  if (name === 'filter') return `### filter\n\n${summary} See [Filters](#filters).`;
  return chapter({ name, summary, grammar: `${name}/${argument}`, details }, examples.map(stepRow));
}

function filterIntroduction(): string {
  const filter = OPERATIONS.find(({ name }) => name === 'filter');
  // What it says of each filter stands in their own chapters.
  return filter?.details.split('\n\n**`')[0] ?? '';
}

function filterChapter({ name, summary, argument, details, examples }: Filter): string {
  return chapter({ name, summary, grammar: `filter/${name}${argument}`, details }, examples.map(stepRow));
}

function settingChapter(setting: Setting): string {
  const { name, summary, argument, details, examples } = setting;
  const files = settingPictures(setting).map(({ file }) => file);
  const rows = examples.map((example, index) => row(example, files[index] ?? ''));
  return chapter({ name, summary, grammar: `${name}/${argument}`, details }, rows);
}

function chapter(
  part: { name: string; summary: string; grammar: string; details: string },
  rows: readonly string[],
): string {
  const { name, summary, grammar, details } = part;
  const table = ['| example | | size | |', '|---|---|---|---|', ...rows].join('\n');
  return `### ${name}\n\n${summary}\n\n\`${grammar}\`\n\n${details}\n\n${table}`;
}

function stepRow(example: Example): string {
  return row(example, stepPicture(example).file);
}

function row({ recipe, meaning }: Example, file: string): string {
  const cells = [`\`${recipe}\``, meaning, sizeOf(recipe), `![${file}](operations/${file})`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** As it is planned; of an animation the page says nothing here. */
function sizeOf(recipe: string): string {
  const read = parseRecipe(operationsSegments(recipe));
  if (read.settings.page !== undefined) return '';
  const size = planSizes(effectiveSteps(read, { enlarges: true }), PHOTOGRAPH).at(-1);
  return size === undefined ? 'as the pixels say' : `${size.width}x${size.height}`;
}
