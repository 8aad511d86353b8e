import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../src/', import.meta.url));
const sources = readdirSync(folder).flatMap((file) =>
  file.endsWith('.test.ts') ? [] : [{ file, text: readFileSync(folder + file, 'utf8') }],
);

describe('the package', () => {
  it.each(sources)('imports in $file nothing but its own files and the language', ({ text }) => {
    const imported = [...text.matchAll(/^(?:import|export)\b[^;]*? from '([^']+)';$/gm)];
    for (const [, from = ''] of imported) expect(from).toMatch(/^(?:\.\/|@images-server\/recipe$)/);
  });

  it.each(sources)('uses no global in $file that a browser lacks', ({ text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[\s\S]*?`|'[^']*'/g, '');
    expect(code).not.toMatch(/\b(?:Buffer|process|require|setImmediate|__dirname)\b/);
  });

  it('depends on nothing but the language', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      dependencies: object;
    };
    expect(Object.keys(manifest.dependencies)).toEqual(['@images-server/recipe']);
  });
});
