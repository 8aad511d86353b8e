import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { type FontFile, fontConfig } from './font-config.ts';
import { isReachable, makeOwnFolder } from './own-folder.ts';

/** The packages of the server's own fonts: one folder for each weight, with a licence beside them. */
const OWN_FONTS = [
  '@expo-google-fonts/noto-sans',
  '@expo-google-fonts/noto-sans-arabic',
  '@expo-google-fonts/noto-sans-hebrew',
] as const;

/** Folders of upright fonts: `400Regular`, and not `400Regular_Italic`. */
const OWN_WEIGHT = /^[1-9]00[A-Za-z]+$/;

/** What FreeType reads as it is built into sharp: neither WOFF nor WOFF2. */
const FONT_ENDINGS: ReadonlySet<string> = new Set(['.ttf', '.otf', '.ttc', '.otc']);

const PREFIX = 'images-server-fonts-';

/** The fonts that recipes can set words in. */
export interface Fonts {
  /** For fontconfig in the render processes. */
  readonly configFile: string;
  /** Those that a recipe can name, in alphabetical order. */
  readonly names: readonly string[];
  /** Another text whenever there are other fonts. */
  readonly revision: string;
  /** Removes what was made for them. */
  close(): Promise<void>;
}

/**
 * Opens the server's own fonts and those of a folder: a file in it is a font of its own, a folder in it one font in several
 * weights, each named after it in lower case (`Open Sans` is `open-sans`). Every font helps out with the letters that another lacks.
 * Where render processes are another user, fonts that it cannot read are copied. Rejects with a plain Error that says why
 * not: no such folder, two fonts of one name.
 */
export async function openFonts(options: {
  folder: string | undefined;
  /** True where render processes run as another user. */
  forOthers: boolean;
}): Promise<Fonts> {
  const { folder, forOthers } = options;
  const files = [...(await ownFiles()), ...(folder === undefined ? [] : await givenFiles(folder))];
  const revision = await revisionOf(files);
  const made = await makeOwnFolder({ parent: tmpdir(), prefix: PREFIX, forOthers });
  try {
    const readable = forOthers ? await readableFiles(files, made.path) : files;
    const configFile = join(made.path, 'fonts.conf');
    await writeFile(configFile, fontConfig(readable), { mode: 0o644 });
    const names = [...new Set(files.flatMap(({ name }) => name ?? []))].sort();
    return { configFile, names, revision, close: made.remove };
  } catch (error) {
    await made.remove();
    throw error;
  }
}

async function ownFiles(): Promise<FontFile[]> {
  const { resolve } = createRequire(import.meta.url);
  const folders = OWN_FONTS.map((name) => dirname(resolve(`${name}/package.json`)));
  const files: FontFile[] = [];
  for (const folder of folders) {
    for (const weight of await readdir(folder)) {
      if (OWN_WEIGHT.test(weight)) files.push(...(await fontFilesIn(join(folder, weight), undefined)));
    }
  }
  return files;
}

async function givenFiles(folder: string): Promise<FontFile[]> {
  const files: FontFile[] = [];
  const owners = new Map<string, string>();
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = fontName(entry.isDirectory() ? entry.name : basename(entry.name, extname(entry.name)));
    const found = entry.isDirectory()
      ? await fontFilesIn(path, name)
      : isFontFile(path)
        ? [{ path, name }]
        : [];
    if (found.length === 0) continue;
    const owner = owners.get(name);
    if (owner !== undefined) throw new Error(`${owner} and ${entry.name} would both be the font "${name}"`);
    owners.set(name, entry.name);
    files.push(...found);
  }
  return files;
}

async function fontFilesIn(folder: string, name: string | undefined): Promise<FontFile[]> {
  const files = await readdir(folder, { withFileTypes: true, recursive: true });
  return files
    .filter((file) => file.isFile() && isFontFile(file.name))
    .map((file) => ({ path: join(file.parentPath, file.name), name }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isFontFile(path: string): boolean {
  return FONT_ENDINGS.has(extname(path).toLowerCase());
}

/** As it stands in a recipe: at most 64 of `a-z`, `0-9` and `-`. */
function fontName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-|-$/g, '');
  return name === '' ? 'font' : name;
}

async function revisionOf(files: readonly FontFile[]): Promise<string> {
  const digest = createHash('sha256');
  for (const { path, name } of files) {
    const { size, mtimeMs } = await stat(path);
    // Packages are unpacked at any time: theirs is the same font all the same.
    digest.update(`${basename(path)} ${name} ${size} ${name === undefined ? '' : mtimeMs}\n`);
  }
  return digest.digest('hex').slice(0, 16);
}

/** The same fonts, copied where other users could not read them. */
async function readableFiles(files: readonly FontFile[], folder: string): Promise<FontFile[]> {
  const readable: FontFile[] = [];
  for (const [index, file] of files.entries()) {
    readable.push((await isReadable(file.path)) ? file : await copied(file, join(folder, String(index))));
  }
  return readable;
}

async function isReadable(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  return (mode & 0o004) !== 0 && (await isListable(dirname(path)));
}

/** fontconfig lists the folders. */
async function isListable(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  return (mode & 0o004) !== 0 && (await isReachable(folder));
}

async function copied({ path, name }: FontFile, folder: string): Promise<FontFile> {
  await mkdir(folder);
  await chmod(folder, 0o755);
  const copy = join(folder, basename(path));
  await copyFile(path, copy);
  await chmod(copy, 0o644);
  return { path: copy, name };
}
