import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadSettings, startFolder } from '../config/load.ts';
import type { Settings } from '../config/schema.ts';
import { createLog } from '../observe/log.ts';
import { inputLimits } from '../originals/input-limits.ts';
import { openServices } from '../services.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import type { Finding } from './verify/finding.ts';
import { verifyCache } from './verify/verify-cache.ts';
import { verifyOriginals } from './verify/verify-originals.ts';

const RENDER_ENTRY = new URL('../render/child/main.js', import.meta.url);
const DAMAGED_EXIT_CODE = 1;

/** `images-server verify`: reads the stores through and tells of damage. */
export const verifyCommand: Command = {
  usage: ['verify [--cache] [--fix]'],
  summary:
    'decodes every original and compares its checksum, reports damage and leftovers (exit code 1 where anything is damaged); --cache reads the cache too, --fix removes leftovers and damaged entries of the cache, never an original',
  run: verify,
};

async function verify(args: readonly string[], { environment, print }: CommandContext): Promise<number> {
  const { cache: withCache, fix } = readArguments(args);
  const { settings } = await loadSettings(environment, {
    startFolder: startFolder(environment, process.cwd()),
  });
  if (settings.storage !== 'disk') throw new UsageError('only STORAGE=disk can be verified');
  const counts: Record<Finding['kind'], number> = { damage: 0, leftover: 0, note: 0 };
  const removals: string[] = [];
  const report = (finding: Finding, mayGo: boolean): void => {
    counts[finding.kind] += 1;
    print(`${finding.kind}  ${finding.path}: ${finding.message}`);
    if (mayGo) removals.push(finding.path);
  };

  const { originals, compared } = await readOriginals(settings, (finding) =>
    report(finding, finding.kind === 'leftover'),
  );
  const entries =
    withCache && settings.cache === 'disk'
      ? await verifyCache(settings.cacheDiskDir, (finding) => report(finding, true))
      : undefined;
  if (fix) for (const path of removals) await rm(path, { force: true });

  print(`${originals} originals decoded, ${compared} of them compared with their checksum`);
  if (entries !== undefined) print(`${entries} entries of the cache read`);
  print(
    `${counts.damage} damaged, ${counts.leftover} left over${fix ? `; ${removals.length} files removed` : ''}`,
  );
  return counts.damage > 0 ? DAMAGED_EXIT_CODE : 0;
}

function readArguments(args: readonly string[]): { cache: boolean; fix: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { cache: { type: 'boolean', default: false }, fix: { type: 'boolean', default: false } },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** With the server's own render processes: whatever lies in a store, it is decoded behind the same walls. */
async function readOriginals(settings: Settings, report: (finding: Finding) => void) {
  const { log } = createLog({ level: 'silent' });
  const services = await openServices({
    settings: { ...settings, cache: 'none' },
    log,
    renderEntry: RENDER_ENTRY,
    version: 'verify',
    metrics: undefined,
  });
  try {
    return await verifyOriginals({
      folder: settings.storageDiskDir,
      renderer: services.renderer,
      limits: inputLimits(settings),
      atOnce: settings.renderProcesses,
      report,
    });
  } finally {
    await services.close();
  }
}
