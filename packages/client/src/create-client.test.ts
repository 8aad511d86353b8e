import {
  FILTERS,
  OPERATIONS,
  operationsSegments,
  parseRecipe,
  printRecipe,
  SETTINGS,
} from '@images-server/recipe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitrarySegments } from '../../recipe/test/support/arbitrary-recipe.ts';
import { createClient } from './create-client.ts';
import type { PictureBuilder } from './picture-builder.ts';

const client = createClient({ baseUrl: 'https://images.example.com/' });
const picture = client.image('ab12');

/** Calls the method of that name, as the types would not let a test with any names. */
function call(builder: PictureBuilder<string>, name: string, value: unknown): PictureBuilder<string> {
  const method: unknown = Reflect.get(builder, name);
  if (typeof method !== 'function') throw new Error(`no method ${name}`);
  return method.call(builder, value) as PictureBuilder<string>;
}

describe('createClient', () => {
  it('has a method for each operation and setting, and none of the builder’s own is lost to one', () => {
    const names = [...OPERATIONS, ...SETTINGS].map(({ name }) => name);
    for (const name of [...names, 'url', 'srcset', 'picture', 'preset'])
      expect(Reflect.get(picture, name)).toBeTypeOf('function');
    for (const own of ['url', 'srcset', 'picture', 'preset', 'recipe']) expect(names).not.toContain(own);
  });

  it('law: what it writes is the canonical text of what was called', () => {
    fc.assert(
      fc.property(arbitrarySegments, (segments) => {
        let built = picture;
        for (let at = 0; at < segments.length; at += 2)
          built = call(built, segments[at] ?? '', segments[at + 1] ?? '');
        expect(built.recipe).toBe(printRecipe(parseRecipe(segments)));
        const recipe = built.url().replace(/^https:\/\/images.example.com\/image\/ab12\/?/, '');
        expect(parseRecipe(operationsSegments(recipe))).toStrictEqual(parseRecipe(segments));
      }),
    );
  });

  it('takes the examples of every filter by name and values', () => {
    for (const { recipe } of FILTERS.flatMap(({ examples }) => examples)) {
      const [, argument = ''] = operationsSegments(recipe);
      expect(call(picture, 'filter', argument).recipe).toBe(printRecipe(parseRecipe(['filter', argument])));
    }
  });

  it('takes the values of settings, and their texts', () => {
    expect(picture.quality('auto').lossless(true).maxbytes(102_400).recipe).toBe(
      'lossless/on/maxbytes/100kb/quality/auto',
    );
    expect(picture.quality('80').quality(70).recipe).toBe('quality/70');
  });

  it('never changes a builder', () => {
    const small = picture.resize('10x');
    small.flip('h').format('png');
    expect(small.recipe).toBe('resize/10x');
  });

  it('leaves presets to the server', () => {
    expect(picture.resize('10x').preset('a b').flip('h').format('png').recipe).toBe(
      'resize/10x/preset/a%20b/flip/h/format/png',
    );
    expect(picture.preset('thumb').quality(9).srcset([200, 100])).toBe(
      [100, 200]
        .map(
          (width) =>
            `https://images.example.com/image/ab12/preset/thumb/resize/${width}x/quality/9 ${width}w`,
        )
        .join(', '),
    );
  });

  it('escapes what stands in a path', () => {
    expect(client.image('a/../b').url()).toBe('https://images.example.com/image/a%2F..%2Fb');
  });

  it('signs targets, not addresses', async () => {
    const targets: string[] = [];
    const signing = createClient({
      baseUrl: 'https://cdn.example.com/pictures',
      sign: async (target) => {
        targets.push(target);
        return `${target}?signature=x`;
      },
    });
    expect(await signing.image('ab').resize('9x').srcset([1, 2])).toBe(
      'https://cdn.example.com/pictures/image/ab/resize/1x?signature=x 1w, ' +
        'https://cdn.example.com/pictures/image/ab/resize/2x?signature=x 2w',
    );
    expect(targets).toEqual(['/image/ab/resize/1x', '/image/ab/resize/2x']);
    expect(await signing.image('ab').picture({ widths: [1], formats: [] })).toContain('src="https://cdn');
  });

  it('has a source for each format, with its own addresses', () => {
    const html = client
      .image('ab', { width: 100, height: 50 })
      .picture({ widths: [50, 200], formats: ['avif', 'webp'] });
    expect(html.match(/<source type="[^"]*"/g)).toEqual([
      '<source type="image/avif"',
      '<source type="image/webp"',
    ]);
    expect(html).toContain(
      '/image/ab/resize/50x/format/avif 50w, https://images.example.com/image/ab/resize/100x/format/avif 100w',
    );
    expect(html).toContain('src="https://images.example.com/image/ab/resize/100x"');
  });
});
