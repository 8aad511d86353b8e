import { randomBytes } from 'node:crypto';

const PICTURE_HASH = /^[0-9a-f]{40}$/;

/** True for what can name an upload: 40 lower-case hex digits. */
export function isPictureHash(text: string): boolean {
  return PICTURE_HASH.test(text);
}

/** A new upload's hash: 160 random bits, so nobody can guess it and no two uploads share one. */
export function newPictureHash(): string {
  return randomBytes(20).toString('hex');
}

/** Where the original lies in its blob store: the ancestor's layout, `ab/cdef...`. */
export function originalKey(hash: string): string {
  return `${hash.slice(0, 2)}/${hash.slice(2)}`;
}

/** The folder of what is known of an original, beside it and not among the originals. */
export function notesPrefix(hash: string): string {
  return `notes/${originalKey(hash)}`;
}
