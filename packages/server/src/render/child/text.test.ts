import type { Box } from '@images-server/recipe';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { frames, plain, rgbaOf } from '../../../test/pictures.ts';
import { expectSpots, renderSteps } from '../../../test/render-steps.ts';
import { useFonts } from '../../../test/use-fonts.ts';

useFonts();

const GREY = [90, 90, 90] as const;

async function written(steps: string): Promise<Buffer> {
  return (await renderSteps(plain(400, 200, GREY), steps)).bytes;
}

/** The box around all that is not as grey as the picture was. */
async function boxOfWords(bytes: Buffer): Promise<Box> {
  const { data, width } = await rgbaOf(bytes);
  const [columns, rows]: [number[], number[]] = [[], []];
  for (let at = 0; at < data.length; at += 4) {
    if (Math.abs((data[at] ?? 0) - GREY[0]) < 8) continue;
    columns.push((at / 4) % width);
    rows.push(Math.floor(at / 4 / width));
  }
  const span = (places: number[]) => {
    const start = places.reduce((least, place) => Math.min(least, place), Number.POSITIVE_INFINITY);
    return { start, length: places.reduce((most, place) => Math.max(most, place), 0) - start + 1 };
  };
  const [across, down] = [span(columns), span(rows)];
  return { left: across.start, top: down.start, width: across.length, height: down.length };
}

describe('text', () => {
  it.each([
    ['nw,offset:10x20,', { left: 10, top: 20 }],
    ['n,offset:0x20,', { middle: 200, top: 20 }],
    ['se,offset:10x10%,', { right: 390, bottom: 180 }],
    ['', { middle: 200, centre: 100 }],
    ['0.25,0.5,', { middle: 100, centre: 100 }],
    ['w,offset:-5x0,', { left: 0, centre: 100 }],
  ] as const)('lies with %j where its options say', async (options, expected) => {
    const { left, top, width, height } = await boxOfWords(await written(`text/${options}size:30,text:Hxx`));
    const actual = {
      left,
      top,
      right: left + width,
      bottom: top + height,
      middle: left + width / 2,
      centre: top + height / 2,
    };
    for (const [name, place] of Object.entries(expected)) {
      expect(
        Math.abs((Object.entries(actual).find(([known]) => known === name)?.[1] ?? 999) - place),
        name,
      ).toBeLessThanOrEqual(1.5);
    }
  });

  it('is a share of the height of the picture in size, a twentieth where nothing is said', async () => {
    const tenth = await boxOfWords(await written('text/size:40%25,text:H'));
    expect(Math.abs(tenth.height - 0.4 * 200 * 0.714)).toBeLessThanOrEqual(2);
    const usual = await boxOfWords(await written('text/text:H'));
    expect(Math.abs(usual.height - 0.05 * 200 * 0.714)).toBeLessThanOrEqual(2);
  });

  it('has its colour, and a background with a margin of a quarter of the em', async () => {
    const bare = await boxOfWords(await written('text/nw,size:40,color:ff0000,text:H'));
    const bytes = await written('text/nw,size:40,color:ff0000,background:0000ff,text:H');
    const { left, top, width, height } = await boxOfWords(bytes);
    expect([left, top]).toEqual([0, 0]);
    expect([width, height]).toEqual([bare.width + 20, bare.height + 20]);
    await expectSpots(
      bytes,
      `0000ff@0,0 0000ff@${width - 1},${height - 1} ff0000@${13},${Math.round(height / 2)}`,
    );
    const half = await written('text/nw,size:40,background:00000080,text:H');
    await expectSpots(half, '2d2d2d@1,1');
  });

  it('stays within the picture, less the offset, or within its box', async () => {
    const long = 'size:90,text:many words that do not fit at that size';
    const inside = await boxOfWords(await written(`text/nw,offset:20x10,${long}`));
    expect(inside.left + inside.width).toBeLessThanOrEqual(400);
    expect(inside.top + inside.height).toBeLessThanOrEqual(200);
    const boxed = await boxOfWords(await written(`text/box:25%25x60,${long}`));
    expect(boxed.width).toBeLessThanOrEqual(100);
    expect(boxed.height).toBeLessThanOrEqual(60);
  });

  it('is on every frame of an animation', async () => {
    const animation = await frames(160, 80, [
      [200, 0, 0],
      [0, 0, 200],
    ])
      .gif()
      .toBuffer();
    const { bytes } = await renderSteps(animation, 'text/background:00ff00,size:48,text:H', 'gif');
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    for (const [page, color] of ['c80000', '0000c8'].entries()) {
      const frame = await sharp(bytes, { page }).png().toBuffer();
      await expectSpots(frame, `${color}@2,2 00ff00@60,22`);
    }
  });

  it('keeps what is transparent', async () => {
    const { bytes } = await renderSteps(
      plain(100, 50, [0, 0, 0, 0]),
      'text/nw,size:40,background:00ff0080,text:H',
    );
    await expectSpots(bytes, '00ff0080@1,1 none@90,45');
  });

  it('shows commas, colons, markup and percent signs as they are', async () => {
    const wide = await boxOfWords(await written('text/size:30,text:<i>%25,x:y<i>'));
    const narrow = await boxOfWords(await written('text/size:30,text:%25,x:y'));
    expect(wide.width).toBeGreaterThan(1.8 * narrow.width);
  });
});
