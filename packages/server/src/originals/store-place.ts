/** What a file in the originals' folder is, by where it lies. */
export type StorePlace =
  | { readonly kind: 'original'; readonly hash: string }
  /** What is known of an original. */
  | { readonly kind: 'note'; readonly hash: string; readonly name: string }
  /** The mark of an upload token that has been used. */
  | { readonly kind: 'token' }
  /** What the ancestor made of an original; nobody reads it any more. */
  | { readonly kind: 'ancestor_variant'; readonly hash: string }
  /** Being written, or left by a process that was killed. */
  | { readonly kind: 'temporary' }
  /** None of ours: never served, never deleted. */
  | { readonly kind: 'foreign' };

const ORIGINAL = /^([0-9a-f]{2})\/([0-9a-f]{38})$/;
const NOTE = /^notes\/([0-9a-f]{2})\/([0-9a-f]{38})\/([a-z0-9_-]+)\.json$/;
const TOKEN = /^tokens\/\d+-[0-9a-f]{32}$/;
const ANCESTOR_VARIANT = /^cache\/([0-9a-f]{2})\/([0-9a-f]{38})-/;
const TEMPORARY = /^(?:\.tmp\/|\.write-check-)/;

/** Reads a path below the folder, with `/` between its parts. */
export function storePlace(path: string): StorePlace {
  const [, folder, file] = ORIGINAL.exec(path) ?? [];
  if (folder !== undefined) return { kind: 'original', hash: `${folder}${file}` };
  const [, noteFolder, noteFile, name = ''] = NOTE.exec(path) ?? [];
  if (noteFolder !== undefined) return { kind: 'note', hash: `${noteFolder}${noteFile}`, name };
  const [, variantFolder, variantFile] = ANCESTOR_VARIANT.exec(path) ?? [];
  if (variantFolder !== undefined)
    return { kind: 'ancestor_variant', hash: `${variantFolder}${variantFile}` };
  if (TOKEN.test(path)) return { kind: 'token' };
  return { kind: TEMPORARY.test(path) ? 'temporary' : 'foreign' };
}
