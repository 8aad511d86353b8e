import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { frames, plain } from '../../../test/pictures.ts';
import { expectSpots, renderSteps } from '../../../test/render-steps.ts';

describe('steps on an animation', () => {
  const red = [255, 0, 0];
  const blue = [0, 0, 255];

  /** White frames with a square at another place in each. */
  async function moving(lefts: readonly number[]): Promise<Buffer> {
    const stills = await Promise.all(
      lefts.map(async (left) => {
        const square = await plain(8, 8, red).png().toBuffer();
        const wall = plain(60, 20, [255, 255, 255]).composite([{ input: square, left, top: 6 }]);
        return wall.removeAlpha().raw().toBuffer();
      }),
    );
    const raw = { width: 60, height: 20 * stills.length, channels: 3, pageHeight: 20 } as const;
    return sharp(Buffer.concat(stills), { raw, pages: -1 }).gif().toBuffer();
  }

  async function frameOf(bytes: Uint8Array, page: number): Promise<Buffer> {
    return sharp(bytes, { page }).png().toBuffer();
  }

  it('trims every frame to the box of the first', async () => {
    const result = await renderSteps(await moving([10, 30]), 'trim/2', 'gif');
    expect(result).toMatchObject({ width: 8, height: 8 });
    await expectSpots(await frameOf(result.bytes, 0), 'ff0000@4,4');
    await expectSpots(await frameOf(result.bytes, 1), 'ffffff@4,4');
  });

  it.each(['crop/smart20x20', 'cover/smart20x20', 'crop/entropy20x20'])(
    '%s stays where the first frame has something to see',
    async (steps) => {
      const result = await renderSteps(await moving([2, 50]), steps, 'gif');
      expect(result).toMatchObject({ width: 20, height: 20 });
      const darkest: (number | undefined)[] = [];
      for (const page of [0, 1]) {
        const { channels } = await sharp(await frameOf(result.bytes, page)).stats();
        darkest.push(channels[1]?.min);
      }
      expect(darkest).toEqual([0, 255]);
    },
  );

  it('boxes, pads and rounds every frame', async () => {
    const animation = await frames(40, 20, [red, blue]).gif().toBuffer();
    const result = await renderSteps(animation, 'contain/20x20/pad/2/round/4', 'webp');
    expect(result).toMatchObject({ width: 24, height: 24 });
    await expectSpots(await frameOf(result.bytes, 0), 'ff0000@12,12 none@12,3');
    await expectSpots(await frameOf(result.bytes, 1), '0000ff@12,12 none@12,3');
  });

  it('keeps frames that are equal, in a GIF', async () => {
    const still = frames(20, 10, [red, blue, blue, red]);
    const animation = await still.gif({ keepDuplicateFrames: true }).toBuffer();
    const { bytes } = await renderSteps(animation, 'crop/10x10', 'gif');
    expect((await sharp(bytes, { pages: -1 }).metadata()).pages).toBe(4);
  });
});
