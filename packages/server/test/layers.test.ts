import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

interface Import {
  /** A path in the project (`packages/server/src/errors.ts`), a package or a part of Node. */
  readonly target: string;
  readonly typeOnly: boolean;
}

interface Row {
  readonly path: string;
  readonly runTime: readonly string[];
  readonly types: readonly string[];
}

const rows = readTable(readFileSync(path.join(PROJECT, 'docs/architecture.md'), 'utf8'));
const files = readdirSync(path.join(PROJECT, 'packages'), { recursive: true, encoding: 'utf8' })
  .map((file) => `packages/${file.replaceAll('\\', '/')}`)
  .filter(
    (file) => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(file) && !/\.(test|conformance)\.tsx?$/.test(file),
  );

describe('the import table of docs/architecture.md', () => {
  it('has a row for every source file', () => {
    expect(rows.length).toBeGreaterThan(10);
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => rowOf(file) === undefined)).toEqual([]);
  });

  it('has no row without a source file', () => {
    const used = new Set(files.map(rowOf));
    expect(rows.filter((row) => !used.has(row)).map((row) => row.path)).toEqual([]);
  });

  it('allows every import that there is', () => {
    const violations = files.flatMap((file) =>
      importsOf(file, readFileSync(path.join(PROJECT, file), 'utf8'))
        .filter((imported) => !isAllowed(file, imported))
        .map(({ target, typeOnly }) => `${file} imports ${typeOnly ? 'types of ' : ''}${target}`),
    );
    expect(violations).toEqual([]);
  });

  it.each([
    ['packages/server/src/http/routes/x.ts', "import sharp from 'sharp';"],
    ['packages/server/src/render/render-pool.ts', "import { encode } from './child/encode.ts';"],
    ['packages/server/src/variants/x.ts', "import { createServer } from 'node:http';"],
    ['packages/server/src/variants/x.ts', "import type { FastifyReply } from 'fastify';"],
    [
      'packages/server/src/variants/x.ts',
      "import {\n  type A,\n  createVariantCache,\n} from '../cache/variant-cache.ts';",
    ],
    ['packages/server/src/cache/x.ts', "export { openDisk } from '../blobs/disk.ts';"],
    ['packages/server/src/blobs/x.ts', "const { load } = await import('../config/load.ts');"],
    ['packages/recipe/src/parse.ts', "import 'node:fs';"],
    ['packages/recipe/src/operations/x.ts', "import sharp, { type Sharp } from 'sharp';"],
    ['packages/client/src/x.ts', "import { errors } from '../../server/src/errors.ts';"],
  ])('would refuse in %s: %s', (file, text) => {
    expect(importsOf(file, text).some((imported) => !isAllowed(file, imported))).toBe(true);
  });

  it.each([
    ['packages/server/src/variants/x.ts', "import type { VariantCache } from '../cache/variant-cache.ts';"],
    ['packages/server/src/variants/x.ts', "import { type A, type B } from '../cache/variant-cache.ts';"],
    ['packages/server/src/render/child/x.ts', "import sharp from 'sharp';"],
    ['packages/recipe/src/operations/x.ts', "import type { Sharp } from 'sharp';"],
    ['packages/recipe/src/operations/x.ts', "// import sharp from 'sharp';\n/* import 'node:fs'; */"],
  ])('allows in %s: %s', (file, text) => {
    expect(importsOf(file, text).filter((imported) => !isAllowed(file, imported))).toEqual([]);
  });
});

function readTable(page: string): Row[] {
  return page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells[1]?.startsWith('`packages/'))
    .map(([, where = '', , runTime = '', types = '']) => ({
      path: quoted(where)[0] ?? '',
      runTime: quoted(runTime),
      types: quoted(types),
    }));
}

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** The row with the longest path that fits. */
function rowOf(file: string): Row | undefined {
  const fitting = rows.filter((row) =>
    row.path.endsWith('/') ? file.startsWith(row.path) : file === row.path,
  );
  return fitting.toSorted((a, b) => b.path.length - a.path.length)[0];
}

function importsOf(file: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const declarations = code.matchAll(
    /\b(?:import|export)\s+(type\s+)?([\w*\s{},$]*?)\s*\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g,
  );
  return [...declarations].map(([, type, names = '', from, bare = '']) => ({
    target: resolved(file, from ?? bare),
    typeOnly: type !== undefined || /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names),
  }));
}

function resolved(file: string, specifier: string): string {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier;
}

function isAllowed(file: string, { target, typeOnly }: Import): boolean {
  const row = rowOf(file);
  if (row === undefined) return false;
  const allowed = typeOnly ? [...row.runTime, ...row.types] : row.runTime;
  if (target.startsWith('node:')) {
    const mustBeNamed = ['node:http', 'node:https', 'node:http2'].includes(target);
    return allowed.includes(mustBeNamed ? target : 'node:');
  }
  if (!target.startsWith('packages/')) return allowed.includes(target);
  // What a cell names is beside the row's own folder: in the `src/` of its package.
  const root = row.path.slice(0, row.path.indexOf('/src/') + '/src/'.length);
  const targetRow = rowOf(target);
  return (
    targetRow === row ||
    allowed.some((name) => {
      const named = path.posix.join(root, name);
      return named === target || named === targetRow?.path;
    })
  );
}
