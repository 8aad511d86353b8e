import { effectiveSteps, parseRecipe, planSizes, printRecipe, type Size } from '@images-server/recipe';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbitrarySegments } from '../../recipe/test/support/arbitrary-recipe.ts';
import { get, upload } from './client.ts';
import { frames, photo, plain } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let server: ServerProcess;
let mark: string;

beforeAll(async () => {
  // The dearest recipes take seconds, on a busy machine many.
  server = await startServer({ CACHE: 'none', RENDER_DEADLINE_MS: '60000' });
  mark = (await upload(server.url, await plain(16, 16, [9, 99, 199, 128]).png().toBuffer())).hash;
});
afterAll(() => server.stop());

const side = fc.integer({ min: 1, max: 200 });
const arbitraryPicture = fc.record({
  width: side,
  height: side,
  kind: fc.constantFrom('jpeg', 'turned', 'grey', 'transparent', 'webp', 'animated'),
});

async function encoded({ width, height, kind }: Size & { kind: string }): Promise<Buffer> {
  switch (kind) {
    case 'jpeg':
      return photo(width, height).jpeg().toBuffer();
    case 'turned':
      return photo(height, width).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    case 'grey':
      return photo(width, height).toColourspace('b-w').png().toBuffer();
    case 'transparent':
      return plain(width, height, [200, 100, 50, 120]).png().toBuffer();
    case 'webp':
      return photo(width, height).webp({ quality: 60 }).toBuffer();
    default:
      return frames(width, height, [
        [255, 0, 0],
        [0, 0, 255],
        [0, 255, 0],
      ])
        .gif()
        .toBuffer();
  }
}

async function process(recipe: string, picture: Buffer) {
  return get(`${server.url}/process${recipe === '' ? '' : `/${recipe}`}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(picture),
  });
}

/** Written as somebody may write it, and not as the printer does. */
function written(segments: readonly string[]): string {
  return segments.map((segment) => encodeURIComponent(segment).replaceAll('%3A', ':')).join('/');
}

describe('POST /process', () => {
  it('law: the size that was promised comes out, and the canonical recipe makes the same bytes anew', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(arbitrarySegments, arbitraryPicture, async (arbitrary, picture) => {
        const segments = arbitrary.map((segment, index) =>
          arbitrary[index - 1] === 'watermark' ? segment.replace(/^[0-9a-f]{40}/, mark) : segment,
        );
        const recipe = parseRecipe(segments);
        const source = { width: picture.width, height: picture.height };
        const sizes = planSizes(effectiveSteps(recipe, { enlarges: true }), source);
        // What is not refused, and made in no time.
        if (sizes.some((size) => size === undefined || size.width * size.height > 400_000)) return;
        const bytes = await encoded(picture);
        const asked = await process(written(segments), bytes);
        const canonical = await process(printRecipe(recipe), bytes);
        expect(canonical.status).toBe(asked.status);
        if (asked.status !== 200) {
          // A page that is not there, or fewer bytes than there can be.
          expect([400, 413, 422]).toContain(asked.status);
          return;
        }
        made += 1;
        const { width, height, pageHeight } = await sharp(asked.bytes).metadata();
        expect({ width, height: pageHeight ?? height }).toEqual(sizes.at(-1));
        expect(canonical.bytes.equals(asked.bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(made).toBeGreaterThan(20);
  }, 120_000);
});
