import { editTiff } from './blocks/tiff-edit.ts';
import { blankTiffLocation } from './blocks/tiff-location.ts';
import type { Treatment } from './blocks/tiff-plan.ts';

const SUB_TABLES = 330;

/**
 * Tags that a reader needs to show the picture (TIFF 6.0, its supplements, and libtiff's own): size, coding, colours,
 * orientation, resolution, where the data lies, ICC profile.
 */
const SHOWN = new Set([
  254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284,
  286, 287, 288, 289, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326,
  327, 328, 332, 334, 336, 338, 339, 340, 341, 342, 343, 344, 345, 346, 347, 351, 512, 513, 514, 515, 517,
  518, 519, 520, 521, 529, 530, 531, 532, 32_995, 32_996, 32_997, 32_998, 34_675, 37_439, 50_674,
]);

/** A TIFF without metadata, in place: the entries of all other tags go, and their values become zeros. */
export function stripTiff(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  return editTiff(copy, treatment, () => false) === true ? copy : bytes;
}

function treatment(tag: number): Treatment {
  if (tag === SUB_TABLES) return 'follow';
  return SHOWN.has(tag) ? 'keep' : 'remove';
}

/** A TIFF without positions and places, in place. */
export function stripTiffLocation(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  return blankTiffLocation(copy) === true ? copy : bytes;
}
