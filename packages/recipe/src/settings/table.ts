// Every output setting, one line each. The type `OutputSettings`, the docs and the errors follow from it.
export { dpr } from './dpr.ts';
export { enlarge } from './enlarge.ts';
export { format } from './format.ts';
export { lossless } from './lossless.ts';
export { maxbytes } from './maxbytes.ts';
export { page } from './page.ts';
export { progressive } from './progressive.ts';
export { quality } from './quality.ts';
export { subsampling } from './subsampling.ts';
