import { ArgumentError } from '../../errors.ts';
import type { FilterDefinition } from '../filter.ts';

/** The grammar of a filter that is only a name. */
export const NO_VALUES: Pick<FilterDefinition<object>, 'argument' | 'parse' | 'print'> = {
  argument: '',
  parse: (text) => {
    if (text !== undefined) throw new ArgumentError('nothing after the name', '');
    return {};
  },
  print: () => '',
};
