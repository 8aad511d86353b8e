import {
  type FilterName,
  OPERATIONS,
  type OperationName,
  type OutputSettings,
  PRESET,
  parseRecipe,
  pictureElement,
  printRecipe,
  printSteps,
  type Recipe,
  recipesAtWidths,
  SETTINGS,
  type SettingName,
  type Size,
  type Step,
  srcsetText,
} from '@images-server/recipe';

/** What stands behind an operation's name in a URL, not encoded: `800x`, `n300x200`, `90`. */
export type Argument = string | number;

/** One method for each operation and output setting, by their names in a URL; each gives a new builder. */
export type RecipeMethods<Builder> = {
  readonly [Name in Exclude<OperationName, 'filter'>]: (argument: Argument) => Builder;
} & {
  /** `filter('blur', 3)` is `filter/blur:3`. */
  readonly filter: (name: FilterName, ...values: readonly Argument[]) => Builder;
  /** The steps and settings of a recipe that the server's configuration names. */
  readonly preset: (name: string) => Builder;
} & {
  readonly [Name in SettingName]: (value: NonNullable<OutputSettings[Name]> | string) => Builder;
};

export interface PictureOptions {
  /** In pixels. */
  readonly widths: readonly number[];
  /** How wide the picture is on the page: `100vw` without it. */
  readonly sizes?: string;
  readonly alt?: string;
  /** Besides the picture's own format, the best first; WebP without it. Nothing where the recipe names a format. */
  readonly formats?: readonly ('avif' | 'webp')[];
}

/** A picture with what is to be made of it so far; it never changes. A method throws a `RecipeError` for what the server would refuse. */
export interface PictureBuilder<Text> extends RecipeMethods<PictureBuilder<Text>> {
  /** The recipe's canonical text, percent-encoded. */
  readonly recipe: string;
  readonly url: () => Text;
  /** The value of a `srcset` attribute: the same picture at some widths, in pixels. */
  readonly srcset: (widths: readonly number[]) => Text;
  /** The HTML of a `<picture>`, escaped. */
  readonly picture: (options: PictureOptions) => Text;
}

/** Makes the text of an answer from targets, which become addresses first. */
export type Finish<Text> = (
  targets: readonly string[],
  assemble: (urls: readonly string[]) => string,
) => Text;

interface PictureContext<Text> {
  /** The request target with that recipe (canonical, maybe empty). */
  readonly target: (recipe: string) => string;
  /** The original's, upright, where it is known. */
  readonly size: Size | undefined;
  readonly finish: Finish<Text>;
}

/** The steps so far, or the names of presets in their place, and the settings. */
interface Draft {
  readonly parts: readonly (Step | { readonly preset: string })[];
  readonly settings: OutputSettings;
}

/** A picture at one width, in pixels; `height` where it is known. */
interface Candidate {
  readonly target: string;
  readonly width: number;
}

/** Creates the builder of a picture of which nothing is asked yet. */
export function createPictureBuilder<Text>(context: PictureContext<Text>): PictureBuilder<Text> {
  return builderOf(context, { parts: [], settings: {} });
}

function builderOf<Text>(context: PictureContext<Text>, draft: Draft): PictureBuilder<Text> {
  const { target, finish } = context;
  const recipe = printDraft(draft);
  const add = (name: string, argument: string) =>
    builderOf(context, withPart(draft, parseRecipe([name, argument])));
  const operations = OPERATIONS.map(({ name }) => [
    name,
    (argument: Argument) => add(name, String(argument)),
  ]);
  const settings = SETTINGS.map(({ name, print }) => [
    name,
    (value: unknown) => add(name, typeof value === 'string' ? value : print(value)),
  ]);
  const methods = {
    ...Object.fromEntries([...operations, ...settings]),
    filter: (name: FilterName, ...values: readonly Argument[]) =>
      add('filter', values.length === 0 ? name : `${name}:${values.join(',')}`),
    preset: (name: string) => builderOf(context, { ...draft, parts: [...draft.parts, { preset: name }] }),
    recipe,
    url: () => finish([target(recipe)], ([url = '']) => url),
    srcset: (widths: readonly number[]) => {
      const candidates = candidatesAt(context, draft, widths);
      return finish(candidates.map(targetOf), (urls) => srcsetOf(candidates, urls));
    },
    picture: (options: PictureOptions) => pictureText(context, draft, options),
  };
  // The tables' names are the type's: both come from the same modules.
  return methods as unknown as PictureBuilder<Text>;
}

function withPart({ parts, settings }: Draft, parsed: Recipe): Draft {
  return { parts: [...parts, ...parsed.steps], settings: { ...settings, ...parsed.settings } };
}

function printDraft({ parts, settings }: Draft): string {
  const texts = parts.map((part) =>
    'preset' in part ? `${PRESET}/${encodeURIComponent(part.preset)}` : printSteps([part]),
  );
  return [...texts, printRecipe({ steps: [], settings })].filter((text) => text !== '').join('/');
}

function candidatesAt<Text>(
  { target, size }: PictureContext<Text>,
  draft: Draft,
  widths: readonly number[],
): readonly Candidate[] {
  const steps = draft.parts.flatMap((part) => ('preset' in part ? [] : [part]));
  if (steps.length === draft.parts.length) {
    const recipes = recipesAtWidths({ steps, settings: draft.settings }, widths, {
      source: size,
      enlarges: true,
    });
    return recipes.map(({ recipe, width }) => ({ target: target(printRecipe(recipe)), width }));
  }
  // What a preset asks for, only the server knows.
  return [...widths]
    .sort((one, other) => one - other)
    .map((width) => {
      const resized = withPart(draft, parseRecipe(['resize', `${width}x`]));
      return { target: target(printDraft(resized)), width };
    });
}

function targetOf({ target }: Candidate): string {
  return target;
}

function srcsetOf(candidates: readonly Candidate[], urls: readonly string[]): string {
  return srcsetText(candidates.map(({ width }, index) => ({ url: urls[index] ?? '', width })));
}

function pictureText<Text>(context: PictureContext<Text>, draft: Draft, options: PictureOptions): Text {
  const { widths, sizes = '100vw', alt = '', formats = ['webp'] } = options;
  const { format = 'auto' } = draft.settings;
  const sets = (format === 'auto' ? formats : []).map((modern) => ({
    type: `image/${modern}`,
    candidates: candidatesAt(context, { ...draft, settings: { ...draft.settings, format: modern } }, widths),
  }));
  const own = candidatesAt(context, draft, widths);
  const all = [own, ...sets.map(({ candidates }) => candidates)];
  return context.finish(all.flat().map(targetOf), (urls) => {
    const [ownSrcset = '', ...srcsets] = all.map((candidates, index) => {
      const begin = all.slice(0, index).flat().length;
      return srcsetOf(candidates, urls.slice(begin, begin + candidates.length));
    });
    const sources = sets.map(({ type }, index) => ({ type, srcset: srcsets[index] ?? '' }));
    return pictureElement({
      sources,
      img: { src: urls[own.length - 1] ?? '', srcset: ownSrcset },
      sizes,
      alt,
    });
  });
}
