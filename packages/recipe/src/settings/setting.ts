import type { Example } from '../operations/operation.ts';

/** What a recipe can say of its result as a whole, wherever it stands in the URL, once. */
export interface SettingDefinition<Value> {
  /** As it stands in the URL. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The argument's grammar, as the error message `expected` and the docs show it. */
  readonly argument: string;
  /** Units, ranges and surprises, in Markdown. */
  readonly details: string;
  readonly examples: readonly Example[];
  /** Throws `ArgumentError` for whatever is not in the grammar; the argument is percent-decoded already. */
  parse(argument: string): Value;
  /** The canonical spelling: equal meaning, equal text. */
  print(value: Value): string;
}

/** A setting as the table holds it: the type of its value is its own business. */
export type Setting = SettingDefinition<unknown>;

/** Declares a setting; the type of its value becomes part of `OutputSettings`. */
export function defineSetting<Value>(definition: SettingDefinition<Value>): SettingDefinition<Value> {
  return definition;
}
