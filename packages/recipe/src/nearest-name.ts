/**
 * The name that was probably meant: one that differs in upper and lower case only, else the one with the fewest letters
 * to insert, delete or replace, if that is at most half of its length. Linear in the length of `text`.
 */
export function nearestName(text: string, names: readonly string[]): string | undefined {
  if (text.length > LONGEST_COMPARED) return undefined;
  const lowerCase = text.toLowerCase();
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const edits = editDistance(lowerCase, name.toLowerCase());
    if (edits < fewest && edits <= Math.max(name.length, lowerCase.length) / 2) {
      nearest = name;
      fewest = edits;
    }
  }
  return nearest;
}

const LONGEST_COMPARED = 40;

/** More than a letter too many or too few: `tif` is `tiff`, not `gif`. */
const REPLACEMENT = 1.5;

/** Levenshtein's distance, row by row. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : REPLACEMENT);
      const inserted = (current[column] ?? 0) + 1;
      const deleted = (previous[column + 1] ?? 0) + 1;
      current.push(Math.min(replaced, inserted, deleted));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
