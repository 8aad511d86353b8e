import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FILTERS } from './filters/find-filter.ts';
import { OPERATIONS } from './operations/find-operation.ts';
import { examplePictures, operationsPage } from './operations-page.ts';
import { SETTINGS } from './settings/find-setting.ts';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const page = operationsPage();

describe('operationsPage', () => {
  it('is what docs/operations.md holds (else: npm run docs)', () => {
    expect(readFileSync(`${docs}operations.md`, 'utf8')).toBe(page);
  });

  it('has a chapter for every operation, filter and output setting, each under its own name', () => {
    const chapters = page.match(/^### .*$/gm) ?? [];
    const parts = [...OPERATIONS, ...FILTERS, ...SETTINGS].map(({ name }) => `### ${name}`);
    expect(chapters.sort()).toEqual([...parts, '### preset'].sort());
    expect(new Set(chapters).size).toBe(chapters.length);
  });

  it('has a picture for every example, and no other picture is kept', () => {
    const files = examplePictures().map(({ file }) => file);
    expect(files.length).toBe(
      [...OPERATIONS, ...FILTERS, ...SETTINGS].flatMap(({ examples }) => examples).length -
        FILTERS.flatMap(({ examples }) => examples).length,
    );
    for (const file of files) expect(page).toContain(`](operations/${file})`);
    const own = ['photograph.jpg', 'mark.png', 'animation.gif'];
    expect(readdirSync(`${docs}operations`).sort()).toEqual([...files, ...own].sort());
  });

  it('keeps the pictures small', () => {
    const sizes = readdirSync(`${docs}operations`).map((file) => statSync(`${docs}operations/${file}`).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_500_000);
  });
});
