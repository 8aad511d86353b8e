import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs exiftool (Debian's libimage-exiftool-perl); throws where it is missing, since without it nothing is proven. */
export function exiftool(...options: string[]): string {
  return execFileSync('exiftool', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** What exiftool tells of a file, as `Group:Tag` to value; options choose the tags. */
export function tagsOf(bytes: Buffer, ...options: string[]): Record<string, unknown> {
  return withFile(bytes, (path) => {
    const [told]: Record<string, unknown>[] = JSON.parse(
      exiftool('-json', '-a', '-G1', ...options, path) || '[{}]',
    );
    const { SourceFile, ...tags } = told ?? {};
    return tags;
  });
}

/** The same picture with tags that exiftool writes. */
export function withTags(bytes: Buffer, ...options: string[]): Buffer {
  return withFile(bytes, (path) => {
    exiftool('-overwrite_original', '-m', '-q', ...options, path);
    return readFileSync(path);
  });
}

function withFile<Result>(bytes: Buffer, use: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'exiftool-'));
  try {
    const path = join(folder, 'picture');
    writeFileSync(path, bytes);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
