import { resolve } from 'node:path';
import type { z } from 'zod';
import { accessProblems, recipeProblems, signingProblems, signingWarnings } from './access.ts';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
import { describeSettings } from './describe.ts';
import { type ConfiguredFolder, existingFolderAt, prepareFolders } from './folders.ts';
import { installedLibraries, libraryProblems } from './library-versions.ts';
import { nodeVersionProblem } from './node-version.ts';
import { affordedConnections } from './open-files.ts';
import { presetsText } from './presets.ts';
import { environmentName, type Settings, settingsObject, settingsSchema } from './schema.ts';
import { unknownNames } from './unknown-names.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadedSettings {
  /** Folders are absolute, exist and can be written. */
  readonly settings: Settings;
  /** For the log: what is ignored, or will not work for now. Without secrets. */
  readonly warnings: readonly string[];
}

/**
 * Reads the settings from the environment (an empty value counts as unset), makes the folders and checks everything that
 * can be checked before the server listens. Relative folders count from `startFolder`, an absolute path.
 * Throws a `ConfigurationError` with all problems at once.
 */
export async function loadSettings(
  environment: Environment,
  { startFolder, nodeVersion = process.versions.node }: { startFolder: string; nodeVersion?: string },
): Promise<LoadedSettings> {
  const given = givenTexts(environment);
  const { texts, problems: fileProblems } = await withPresetsFile(given, startFolder);
  const read = settingsSchema.safeParse(texts);
  const names = unknownNames(environment, Object.keys(settingsObject.shape).map(environmentName));
  const folders = await prepareFolders(configuredFolders(given, startFolder));
  const fontsFolder = await existingFolderAt('TEXT_FONTS_DIR', given.textFontsDir, startFolder);
  const problems = [
    nodeVersionProblem(nodeVersion) ?? [],
    libraryProblems(installedLibraries()),
    read.success ? [] : valueProblems(read.error, given),
    fileProblems,
    names.problems,
    whoMay(given),
    whatMayBe(texts, fileProblems),
    folders.problems,
    fontsFolder.problems,
  ].flat();
  if (!read.success || problems.length > 0) throw new ConfigurationError(problems);
  const connections = affordedConnections(read.data.maxConnections);
  return {
    settings: {
      ...read.data,
      maxConnections: connections.most,
      storageDiskDir: resolve(startFolder, read.data.storageDiskDir),
      cacheDiskDir: resolve(startFolder, read.data.cacheDiskDir),
      textFontsDir: fontsFolder.path,
    },
    warnings: [
      ...names.warnings,
      ...folders.warnings,
      ...signingWarnings(read.data),
      ...connections.warnings,
    ],
  };
}

/** Where `npm start` was typed: npm runs scripts in the package's folder and says in `INIT_CWD` where it was called. */
export function startFolder(environment: Environment, currentFolder: string): string {
  // Another script's INIT_CWD (`npm test` that starts a server) is about that script.
  return environment.npm_lifecycle_event === 'start'
    ? (environment.INIT_CWD ?? currentFolder)
    : currentFolder;
}

/** Our settings that have a value, by key, without surrounding spaces. */
function givenTexts(environment: Environment): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const key of Object.keys(settingsObject.shape)) {
    const text = environment[environmentName(key)]?.trim() ?? '';
    if (text !== '') texts[key] = text;
  }
  return texts;
}

/** The same with the presets' own text in place of the path of their file. */
async function withPresetsFile(
  given: Record<string, string>,
  startFolder: string,
): Promise<{ texts: Record<string, string>; problems: readonly ConfigurationProblem[] }> {
  const { presets, ...others } = given;
  if (presets === undefined) return { texts: given, problems: [] };
  const reading = await presetsText(presets, startFolder);
  return 'value' in reading
    ? { texts: { ...others, presets: reading.value }, problems: [] }
    : { texts: others, problems: [{ name: 'PRESETS', given: presets, message: reading.problem }] };
}

function valueProblems(error: z.ZodError, given: Record<string, string>): ConfigurationProblem[] {
  const descriptions = new Map(describeSettings().map((description) => [description.key, description]));
  return error.issues.map((issue) => {
    const key = String(issue.path[0]);
    const description = descriptions.get(key);
    return {
      name: environmentName(key),
      given: description?.secret ? '***' : given[key],
      message: issue.message,
      allowed: description?.allowed,
    };
  });
}

/** Only what the checks below need has to be right: one problem must not hide another. */
function whoMay(given: Record<string, string>): ConfigurationProblem[] {
  const access = settingsObject.pick({ host: true, auth: true, apiKeys: true }).safeParse(given);
  const signing = settingsObject.pick({ signatures: true, signingKeys: true }).safeParse(given);
  return [
    ...(access.success ? accessProblems(access.data) : []),
    ...(signing.success ? signingProblems(signing.data) : []),
  ];
}

function whatMayBe(
  texts: Record<string, string>,
  fileProblems: readonly ConfigurationProblem[],
): ConfigurationProblem[] {
  const recipes = settingsObject.pick({ presetsOnly: true, presets: true }).safeParse(texts);
  return recipes.success && fileProblems.length === 0 ? recipeProblems(recipes.data) : [];
}

function configuredFolders(given: Record<string, string>, startFolder: string): ConfiguredFolder[] {
  const storage = settingsObject.pick({ storage: true, storageDiskDir: true }).safeParse(given);
  const cache = settingsObject.pick({ cache: true, cacheDiskDir: true }).safeParse(given);
  const folders: ConfiguredFolder[] = [];
  if (storage.success && storage.data.storage === 'disk') {
    folders.push({ name: 'STORAGE_DISK_DIR', path: resolve(startFolder, storage.data.storageDiskDir) });
  }
  if (cache.success && cache.data.cache === 'disk') {
    folders.push({ name: 'CACHE_DISK_DIR', path: resolve(startFolder, cache.data.cacheDiskDir) });
  }
  return folders;
}
