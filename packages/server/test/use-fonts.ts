import { afterAll, beforeAll } from 'vitest';
import { type Fonts, openFonts } from '../src/render/fonts.ts';

/** Gives the tests of a file the fonts of the server, and those of a folder; before anything is written in this process. */
export function useFonts(folder?: string): void {
  let fonts: Fonts | undefined;
  beforeAll(async () => {
    fonts = await openFonts({ folder, forOthers: false });
    // Reaches fontconfig, which reads it when the first words are written.
    process.env.FONTCONFIG_FILE = fonts.configFile;
  });
  afterAll(() => fonts?.close());
}
