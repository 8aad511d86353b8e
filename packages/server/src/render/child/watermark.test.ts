import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { frames, pixelOf, plain, QUARTER_COLORS, quarters } from '../../../test/pictures.ts';
import { expectSpots, renderSteps } from '../../../test/render-steps.ts';

const HASH = '0123456789'.repeat(4);
const RED = [255, 0, 0] as const;
const HALF_BLUE = [0, 0, 255, 128] as const;

async function watermarked(options: string, overlay: Buffer, format: 'png' | 'gif' | 'webp' = 'png') {
  return renderSteps(plain(60, 40, [255, 255, 255]), `watermark/${HASH}${options}`, format, {
    [HASH]: overlay,
  });
}

async function encodedPlain(width: number, height: number, color: readonly number[]): Promise<Buffer> {
  return plain(width, height, color).png().toBuffer();
}

describe('watermark', () => {
  it.each([
    ['', 'ff0000@25,17 ff0000@34,22 ffffff@24,17 ffffff@35,22 ffffff@25,16 ffffff@34,23'],
    [',nw', 'ff0000@0,0 ff0000@9,5 ffffff@10,5 ffffff@9,6'],
    [',se', 'ff0000@50,34 ff0000@59,39 ffffff@49,39 ffffff@59,33'],
    [',se,offset:5x10%', 'ff0000@45,30 ff0000@54,35 ffffff@55,35 ffffff@54,36'],
    [',nw,offset:-5x-3', 'ff0000@0,0 ff0000@4,2 ffffff@5,2 ffffff@4,3'],
    [',0.25,0.5', 'ff0000@10,17 ff0000@19,22 ffffff@9,17 ffffff@20,22'],
    [',nw,scale:50%', 'ff0000@0,0 ff0000@28,16 ffffff@31,0 ffffff@0,19'],
    [',nw,offset:200x0', 'ffffff@0,0 ffffff@59,0'],
  ])('lies with %j where its options say', async (options, spots) => {
    const result = await watermarked(options, await encodedPlain(10, 6, RED));
    expect(result).toMatchObject({ width: 60, height: 40 });
    await expectSpots(result.bytes, spots);
  });

  it('is mixed by its alpha and its opacity', async () => {
    const overlay = await encodedPlain(60, 40, HALF_BLUE);
    await expectSpots((await watermarked('', overlay)).bytes, '7f7fff@30,20');
    await expectSpots((await watermarked(',opacity:50', overlay)).bytes, 'bfbfff@30,20');
    await expectSpots((await watermarked(',opacity:0', overlay)).bytes, 'ffffff@30,20');
  });

  it('keeps what is transparent, and covers it where it lies', async () => {
    const overlay = { [HASH]: await encodedPlain(10, 10, RED) };
    const empty = plain(30, 30, [0, 0, 0, 0]);
    const { bytes } = await renderSteps(empty, `watermark/${HASH},nw`, 'png', overlay);
    await expectSpots(bytes, 'ff0000@5,5 none@15,15');
  });

  it('is repeated all over with tile, from where it would lie, with a gap', async () => {
    const overlay = await encodedPlain(10, 6, RED);
    const { bytes } = await watermarked(',nw,offset:3x0,tile:10x4', overlay);
    await expectSpots(
      bytes,
      'ffffff@2,0 ff0000@3,0 ff0000@12,5 ffffff@13,5 ff0000@23,0 ffffff@3,6 ff0000@3,10',
    );
    await expectSpots((await watermarked(',tile', overlay)).bytes, 'ff0000@0,0 ff0000@59,39 ff0000@31,9');
  });

  it('is larger than the picture and still at its place', async () => {
    const overlay = await quarters(200, 200).png().toBuffer();
    await expectSpots((await watermarked(',nw', overlay)).bytes, 'la@0,0 la@59,39');
    await expectSpots((await watermarked('', overlay)).bytes, 'la@0,0 ra@59,0 lb@0,39 rb@59,39');
    await expectSpots((await watermarked(',se', overlay)).bytes, 'rb@0,0 rb@59,39');
  });

  it('is turned upright first', async () => {
    const lying = await quarters(20, 10).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { bytes } = await watermarked(',nw', lying);
    await expectSpots(bytes, 'ffffff@12,5 ffffff@5,22');
    for (const [x, y, quarter] of [
      [2, 4, 2],
      [7, 4, 0],
      [2, 15, 3],
      [7, 15, 1],
    ] as const) {
      const expected = QUARTER_COLORS[quarter];
      const actual = await pixelOf(bytes, x, y);
      for (const channel of [0, 1, 2]) expect(actual[channel]).toBeCloseTo(expected[channel] ?? 0, -2);
    }
  });

  it('is in sRGB, also where it is CMYK, has 16 bits or a profile of its own', async () => {
    const wide = await plain(10, 10, [200, 60, 40]).withIccProfile('p3').png().toBuffer();
    const [red = 0] = await pixelOf((await watermarked(',nw', wide)).bytes, 5, 5);
    expect(Math.abs(red - 200)).toBeLessThanOrEqual(3);
    const deep = await plain(10, 10, [200, 60, 40]).toColourspace('rgb16').png().toBuffer();
    await expectSpots((await watermarked(',nw', deep)).bytes, 'c83c28@5,5');
    const cmyk = await plain(10, 10, [255, 255, 255]).toColourspace('cmyk').jpeg().toBuffer();
    await expectSpots((await watermarked(',nw', cmyk)).bytes, 'fefefe@5,5');
  });

  it('brings colour to a grey picture', async () => {
    const grey = plain(30, 20, [90]).toColourspace('b-w');
    const overlay = { [HASH]: await encodedPlain(10, 10, RED) };
    const { bytes } = await renderSteps(await grey.png().toBuffer(), `watermark/${HASH},nw`, 'png', overlay);
    await expectSpots(bytes, 'ff0000@5,5 5a5a5a@20,15');
  });

  it('lies on every frame of an animation, and of an animated one its first frame does', async () => {
    const animation = await frames(30, 20, [
      [0, 255, 0],
      [0, 0, 255],
    ])
      .gif()
      .toBuffer();
    const animated = await frames(10, 10, [
      [255, 0, 0],
      [0, 0, 0],
    ])
      .gif()
      .toBuffer();
    const { bytes } = await renderSteps(animation, `watermark/${HASH},nw`, 'webp', { [HASH]: animated });
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    for (const [page, color] of ['00ff00', '0000ff'].entries()) {
      await expectSpots(await sharp(bytes, { page }).png().toBuffer(), `ff0000@5,5 ${color}@20,15`);
    }
  });

  it('comes after what was done before, and before what is done after', async () => {
    const overlay = { [HASH]: await encodedPlain(10, 10, RED) };
    const steps = `resize/30x20!/watermark/${HASH},nw/rotate/90/watermark/${HASH},se/flip/v`;
    const { bytes, width, height } = await renderSteps(plain(60, 40, [255, 255, 255]), steps, 'png', overlay);
    expect([width, height]).toEqual([20, 30]);
    await expectSpots(bytes, 'ff0000@15,25 ff0000@15,5 ffffff@5,25 ffffff@5,5 ffffff@15,15');
  });

  it('is refused where it would be beyond the limits', async () => {
    const thin = await encodedPlain(1, 900, RED);
    await expect(watermarked(',scale:100%', thin)).rejects.toMatchObject({ code: 'result_too_large' });
  });
});
