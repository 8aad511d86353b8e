/** A font file, and under which name recipes find it; undefined where it only helps out with letters. */
export interface FontFile {
  readonly path: string;
  readonly name: string | undefined;
}

/** The family that words are set in where a recipe names no font. */
const DEFAULT_FAMILY = 'Noto Sans';

/** The family that fontconfig is to look for. */
export function fontFamily(name: string | undefined): string {
  return name === undefined ? DEFAULT_FAMILY : `recipe-font-${name}`;
}

/**
 * A configuration of fontconfig in which there are these fonts and no others, so that the same words look the same on
 * every machine. Letters are not fitted to the pixel grid: they have the same shape at every size.
 */
export function fontConfig(files: readonly FontFile[]): string {
  const folders = new Set(files.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
${[...folders].map((folder) => `<dir>${escaped(folder)}</dir>`).join('\n')}
${files.flatMap(({ path, name }) => (name === undefined ? [] : [namingRule(path, name)])).join('\n')}
<match target="font">
<edit name="hinting" mode="assign"><bool>false</bool></edit>
<edit name="antialias" mode="assign"><bool>true</bool></edit>
<edit name="rgba" mode="assign"><const>none</const></edit>
</match>
</fontconfig>
`;
}

/** Gives the fonts of a file one more family, by which it can be told from all others. */
function namingRule(path: string, name: string): string {
  return `<match target="scan">
<test name="file" compare="eq"><string>${escaped(path)}</string></test>
<edit name="family" mode="append"><string>${escaped(fontFamily(name))}</string></edit>
</match>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
