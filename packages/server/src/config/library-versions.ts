import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ConfigurationProblem } from './configuration-error.ts';

/**
 * The first releases without known holes through which a picture runs code in its decoder: GHSA-rgj7-g3m4-5g8c
 * (libheif before 1.23.2, sharp before 0.35.4), GHSA-f88m-g3jw-g9cj (sharp before 0.35.0), and what libvips 8.18.1 to
 * 8.18.7 repaired.
 */
const FLOORS = { sharp: '0.35.5', libvips: '8.18.7', libheif: '1.23.5' } as const;

type LibraryName = keyof typeof FLOORS;

/** Release numbers (`8.18.7`); undefined where nothing says which one it is: a libvips of the system. */
export type LibraryVersions = { readonly [name in LibraryName]: string | undefined };

/** What is wrong with decoding hostile pictures with these libraries; nothing where nothing is. */
export function libraryProblems(versions: LibraryVersions): ConfigurationProblem[] {
  const names: readonly LibraryName[] = ['sharp', 'libvips', 'libheif'];
  return names.flatMap((name) => {
    const given = versions[name];
    if (given === undefined || !isBefore(given, FLOORS[name])) return [];
    return {
      name,
      given,
      message: 'lets a picture run code, in this version: run `npm ci`, or `npm install sharp@latest`',
      allowed: `${FLOORS[name]} or later`,
    };
  });
}

/**
 * What is installed, by what the packages say of themselves: only render processes load sharp. Throws where there is no
 * sharp at all.
 */
export function installedLibraries(): LibraryVersions {
  const entry = createRequire(import.meta.url).resolve('sharp');
  const manifest = readJson<PackageJson>(join(dirname(entry), '../package.json'));
  const require = createRequire(entry);
  const platforms = Object.keys(manifest.optionalDependencies ?? {});
  const bundled = platforms
    .map((name) => versionsOf(require, name))
    .find((versions) => versions !== undefined);
  return { sharp: manifest.version, libvips: bundled?.vips, libheif: bundled?.heif };
}

interface PackageJson {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Of the package with the libraries of this platform; undefined for the others, which are not installed. */
function versionsOf(require: NodeJS.Require, name: string): Partial<Record<string, string>> | undefined {
  try {
    return readJson(require.resolve(`${name}/versions`));
  } catch {
    return undefined;
  }
}

/** The caller says what the packages of sharp are known to write into their own files. */
function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content;
}

function isBefore(version: string, floor: string): boolean {
  const given = numbersOf(version);
  for (const [index, least] of numbersOf(floor).entries()) {
    const number = given[index] ?? 0;
    // What is no number (`8.x`) is no release that is known to be safe.
    if (!(number >= least)) return true;
    if (number > least) return false;
  }
  return false;
}

function numbersOf(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}
