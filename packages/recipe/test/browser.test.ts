import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const sourceDir = fileURLToPath(new URL('../src', import.meta.url));
const sources = readdirSync(sourceDir, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(join(sourceDir, file), 'utf8') }));

describe('the package', () => {
  it.each(sources)('imports nothing at run time in $file but its own files', ({ text }) => {
    const imported = [...text.matchAll(/^(?:import|export)\b(?! type)[^;]*? from '([^']+)';$/gm)];
    for (const [, from] of imported) expect(from).toMatch(/^\.\.?\//);
  });

  it.each(sources)('uses no global in $file that a browser lacks', ({ text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[\s\S]*?`|'[^']*'/g, '');
    expect(code).not.toMatch(/\b(?:Buffer|process|require|globalThis|setImmediate|__dirname)\b/);
  });
});
