// Every output setting, one line each. The type `OutputSettings`, the docs and the errors follow from it.
export { format } from './format.ts';
export { quality } from './quality.ts';
