import { ArgumentError } from '../errors.ts';

/** The grammar of a switch as error messages and docs show it. */
export const ON_OFF_ARGUMENT = 'on or off';

/** Reads `on` or `off`; throws `ArgumentError` for anything else. */
export function parseOnOff(argument: string): boolean {
  if (argument === 'on' || argument === 'off') return argument === 'on';
  throw new ArgumentError(ON_OFF_ARGUMENT, SUGGESTIONS.get(argument.toLowerCase()));
}

const SUGGESTIONS: ReadonlyMap<string, string> = new Map([
  ...['on', 'true', 'yes', '1'].map((word) => [word, 'on'] as const),
  ...['off', 'false', 'no', 'none', '0'].map((word) => [word, 'off'] as const),
]);

/** The canonical spelling. */
export function printOnOff(isOn: boolean): string {
  return isOn ? 'on' : 'off';
}
