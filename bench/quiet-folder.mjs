import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PARENTS = [tmpdir(), '/var/tmp', fileURLToPath(new URL('../node_modules', import.meta.url))];
const FILES = 200;
/** The first ones say little: each makes more of the deleted inodes count as recent. */
const MEASURED_FILES = 50;
const FILE_BYTES = 4000;

/**
 * Makes a folder where new files cost least: in one of the system's folders for temporary files or in this checkout. ext4
 * without a journal, which virtual machines have, goes through all inodes near by that were deleted in the last minutes before it
 * gives out a new one. Where tests have just removed their thousands, that is half a millisecond for each file.
 * @param {string} prefix
 */
export function makeQuietFolder(prefix) {
  const candidates = PARENTS.filter((parent) => existsSync(parent)).map((parent) => {
    const folder = mkdtempSync(path.join(parent, prefix));
    return { folder, ms: msPerNewFile(folder) };
  });
  const [quiet, ...others] = candidates.sort((one, other) => one.ms - other.ms);
  for (const { folder } of others) rmSync(folder, { recursive: true });
  return quiet?.folder ?? '';
}

/** What a new file costs there now, in milliseconds. @param {string} folder */
export function msPerNewFile(folder) {
  const bytes = Buffer.alloc(FILE_BYTES);
  let startedMs = performance.now();
  for (let index = 0; index < FILES; index += 1) {
    if (index === FILES - MEASURED_FILES) startedMs = performance.now();
    writeFileSync(path.join(folder, `probe-${index}`), bytes);
  }
  return (performance.now() - startedMs) / MEASURED_FILES;
}
