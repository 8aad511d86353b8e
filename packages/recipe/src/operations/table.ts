// Every operation, one line each. The docs, the errors, the client and the console follow from it.
export { crop } from './crop.ts';
export { flip } from './flip.ts';
export { resize } from './resize.ts';
export { rotate } from './rotate.ts';
