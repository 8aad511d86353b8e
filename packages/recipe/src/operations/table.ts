// Every operation, one line each. The docs, the errors, the client and the console follow from it.
export { background } from './background.ts';
export { contain } from './contain.ts';
export { cover } from './cover.ts';
export { crop } from './crop.ts';
export { extend } from './extend.ts';
export { filter } from './filter.ts';
export { flip } from './flip.ts';
export { pad } from './pad.ts';
export { resize } from './resize.ts';
export { rotate } from './rotate.ts';
export { round } from './round.ts';
export { text } from './text.ts';
export { trim } from './trim.ts';
export { watermark } from './watermark.ts';
