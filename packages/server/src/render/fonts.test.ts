import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fonts, openFonts } from './fonts.ts';

const notoSans = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans/package.json'));
const regular = join(notoSans, '400Regular/NotoSans_400Regular.ttf');

let folder: string;
let opened: Fonts[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fonts-test-'));
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((fonts) => fonts.close()));
  await rm(folder, { recursive: true });
});

async function open(options: { folder?: string; forOthers?: boolean } = {}): Promise<Fonts> {
  const fonts = await openFonts({ folder: options.folder, forOthers: options.forOthers ?? false });
  opened.push(fonts);
  return fonts;
}

async function foldersOf({ configFile }: Fonts): Promise<string[]> {
  const config = await readFile(configFile, 'utf8');
  return [...config.matchAll(/<dir>(.*)<\/dir>/g)].map(([, path]) => path ?? '');
}

describe('openFonts', () => {
  it('lists the own fonts in all upright weights, and no other', async () => {
    const fonts = await open();
    const folders = await foldersOf(fonts);
    expect(folders).toContain(join(notoSans, '400Regular'));
    expect(folders).toHaveLength(27);
    expect(folders.filter((path) => path.includes('Italic'))).toEqual([]);
    expect(fonts.names).toEqual([]);
  });

  it('names the fonts of a folder after files and folders, and takes no other files for fonts', async () => {
    await mkdir(join(folder, 'Open Sans/static'), { recursive: true });
    await copyFile(regular, join(folder, 'Open Sans/static/a.ttf'));
    await copyFile(regular, join(folder, 'Lobster_2-Regular.TTF'));
    await writeFile(join(folder, 'OFL.txt'), 'licence');
    expect((await open({ folder })).names).toEqual(['lobster-2-regular', 'open-sans']);
  });

  it('refuses two fonts of one name, and a folder that is not there', async () => {
    await copyFile(regular, join(folder, 'A b.ttf'));
    await copyFile(regular, join(folder, 'a-b.otf'));
    await expect(open({ folder })).rejects.toThrow('"a-b"');
    await expect(open({ folder: join(folder, 'none') })).rejects.toThrow('none');
  });

  it('has another revision with other fonts, and the same with the same', async () => {
    const before = await open();
    expect((await open()).revision).toBe(before.revision);
    await copyFile(regular, join(folder, 'a.ttf'));
    expect((await open({ folder })).revision).not.toBe(before.revision);
  });

  it('copies what another user could not read, and lets it into its folder', async () => {
    await copyFile(regular, join(folder, 'a.ttf'));
    await chmod(folder, 0o700);
    const fonts = await open({ folder, forOthers: true });
    const made = dirname(fonts.configFile);
    const copy = (await foldersOf(fonts)).at(-1) ?? '';
    expect(dirname(copy)).toBe(made);
    expect((await readFile(join(copy, 'a.ttf'))).equals(await readFile(regular))).toBe(true);
    for (const path of [made, copy, join(copy, 'a.ttf'), fonts.configFile]) {
      expect((await stat(path)).mode & 0o001 || (await stat(path)).mode & 0o004).toBeGreaterThan(0);
    }
  });

  it('leaves nothing behind', async () => {
    const fonts = await open();
    await fonts.close();
    await expect(stat(dirname(fonts.configFile))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
