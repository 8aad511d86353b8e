import { checkEntryFile } from '../../cache/entry-file.ts';
import { isEntryKey } from '../../cache/entry-key.ts';
import type { Finding } from './finding.ts';
import { walkFolder } from './walk-folder.ts';

/** Reads every entry of the cache and compares its checksum; how many there are. */
export async function verifyCache(folder: string, report: (finding: Finding) => void): Promise<number> {
  let entries = 0;
  for await (const { path: key, bytes, isPlainFile } of walkFolder(folder)) {
    if (!isPlainFile || !isEntryKey(key) || key.startsWith('.')) continue;
    entries += 1;
    const path = `${folder}/${key}`;
    const local = { path, offset: 0, length: bytes, release: async () => {} };
    // An entry may be evicted or replaced while it is read: then there is nothing to say of it.
    const checked = await checkEntryFile(key, local).catch(() => undefined);
    if (checked?.kind === 'damaged') {
      report({
        kind: 'damage',
        path,
        message: `is not what was stored (${checked.reason}); it is made anew when it is asked for`,
      });
    }
  }
  return entries;
}
