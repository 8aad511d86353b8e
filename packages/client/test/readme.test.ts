import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as client from '../src/index.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

interface Example {
  readonly code: string;
  /** What it gives, or the end of the message that it throws. */
  readonly expected: string;
  readonly throws: boolean;
}

/** The lines that say what they give are run one by one; those before them, of all blocks so far, are what they need. */
const blocks = [...README.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block = '']) => block);
const preparation = blocks
  .join('\n')
  .replace(/^.*; \/\/ .*$/gm, '')
  .replace(/^import .*$/gm, '');
const examples = blocks
  .join('\n')
  .split('\n')
  .flatMap((line): Example[] => {
    const [, code, throws, expected] = /^(.*); \/\/ (throws )?'(.*)'$/.exec(line) ?? [];
    if (code === undefined || expected === undefined) return [];
    return [{ code, expected, throws: throws !== undefined }];
  });

async function run(code: string): Promise<unknown> {
  const { createClient, signTarget } = client;
  const program = new Function(
    'createClient',
    'signTarget',
    `return (async () => { ${preparation}; return ${code}; })();`,
  );
  return await program(createClient, signTarget);
}

describe('README.md', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(12);
    expect(README.match(/^.*; \/\/ /gm)).toHaveLength(examples.length);
  });

  it.each(examples)('$code', async ({ code, expected, throws }) => {
    if (throws) await expect(run(code)).rejects.toThrow(expected);
    else expect(await run(code)).toBe(expected);
  });
});
