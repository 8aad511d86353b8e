import type { Canvas, Example, StepValues } from '../operations/operation.ts';

export interface FilterDefinition<Values extends StepValues> {
  /** As it stands in the URL, in front of the colon. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** What follows the name, as error messages and the docs show it: `:<a>,<b>`, `[:<a>]`, or nothing. */
  readonly argument: string;
  /** The formula, units, ranges and surprises, in Markdown. */
  readonly details: string;
  readonly examples: readonly Example[];
  /**
   * Reads what follows the colon; undefined where there is no colon. Throws `ArgumentError` for whatever is not in the
   * grammar; its suggestion, too, is what would follow the colon.
   */
  parse(text: string | undefined): Values;
  /** The canonical spelling of what follows the colon; empty where nothing does. */
  print(values: Values): string;
  /** The values with every length given in pixels multiplied by `dpr`; absent where there is none. */
  scale?(values: Values, dpr: number): Values;
  /** True where the filter has to know the faces in the picture; absent where it never does. */
  needsFaces?(values: Values): boolean;
  /** Does it; the size stays the same. */
  apply(canvas: Canvas, values: Values): Promise<void>;
}

/** A filter as the table holds it: the type of its values is its own business. */
export type Filter = FilterDefinition<StepValues>;

/** Declares a filter. */
export function defineFilter<Values extends StepValues>(definition: FilterDefinition<Values>): Filter {
  // The values' type is forgotten here: a filter's values only ever come from its own `parse`.
  return definition;
}
