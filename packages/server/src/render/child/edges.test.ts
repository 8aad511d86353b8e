import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { plain, quarters, rgbaOf } from '../../../test/pictures.ts';
import { expectSpots, renderSteps } from '../../../test/render-steps.ts';

describe('trim', () => {
  it.each([
    ['trim/0', 12, 8],
    ['trim/10', 10, 6],
  ])('%s takes the border off, as far as the tolerance goes: %dx%d', async (steps, width, height) => {
    const framed = plain(10, 6, [200, 30, 30])
      .extend({ top: 1, right: 1, bottom: 1, left: 1, background: { r: 250, g: 240, b: 250 } })
      .png();
    const bordered = sharp(await framed.toBuffer()).extend({
      top: 5,
      right: 6,
      bottom: 7,
      left: 8,
      background: '#fff',
    });
    const result = await renderSteps(bordered, steps);
    expect(result).toMatchObject({ width, height });
    await expectSpots(result.bytes, `c81e1e@${width >> 1},${height >> 1}`);
  });

  it('leaves a picture of one colour as it is', async () => {
    expect(await renderSteps(plain(30, 20, [7, 8, 9]), 'trim/5')).toMatchObject({ width: 30, height: 20 });
    expect(await renderSteps(plain(30, 20, [7, 8, 9, 0]), 'trim/0')).toMatchObject({ width: 30, height: 20 });
  });

  it('goes on from the size that it found', async () => {
    const bordered = plain(10, 6, [0, 0, 0]).extend({
      top: 5,
      left: 5,
      right: 5,
      bottom: 5,
      background: '#fff',
    });
    expect(await renderSteps(bordered, 'trim/0/resize/200%/pad/1')).toMatchObject({ width: 22, height: 14 });
  });
});

describe('pad and extend', () => {
  it.each([
    ['pad/1,20,3,4', 104, 44, 'none@3,20 la@4,1 rb@83,40 none@84,20 none@50,41'],
    ['background/ffffff/pad/5', 90, 50, 'ffffff@4,4 la@5,5 rb@84,44 ffffff@85,45'],
    ['background/ff000080/pad/5', 90, 50, 'ff000080@4,4 la@5,5'],
    ['pad/0', 80, 40, 'la@0,0 rb@79,39'],
    ['extend/100x20', 100, 40, 'none@9,20 la@10,0 rb@89,39 none@90,20'],
    ['extend/se100x60', 100, 60, 'none@19,19 la@20,20 rb@99,59'],
    ['background/00ff00/extend/n1:1', 80, 80, 'la@0,0 rb@79,39 00ff00@40,40'],
  ])('%s makes of 80x40 %dx%d with the picture in its place', async (steps, width, height, spots) => {
    const result = await renderSteps(quarters(80, 40), steps);
    expect(result).toMatchObject({ width, height });
    await expectSpots(result.bytes, spots);
  });
});

describe('round', () => {
  it.each([
    ['round/10', 80, 40, 'none@0,0 none@79,0 none@0,39 none@79,39 lb@0,20 la@10,0 la@3,3'],
    ['round/50%', 80, 40, 'none@0,0 none@4,4 la@20,0 rb@79,20'],
    ['round/1000', 80, 40, 'none@4,4 la@20,0 rb@79,20'],
    ['round/circle', 40, 40, 'none@4,4 none@35,35 la@0,19 rb@39,20 la@19,0'],
    ['round/10/background/ffffff', 80, 40, 'ffffff@0,0 ffffff@79,39 la@10,10'],
    ['background/ffffff/round/10', 80, 40, 'none@0,0 la@10,10'],
  ])('%s makes of 80x40 %dx%d with its corners cut', async (steps, width, height, spots) => {
    const result = await renderSteps(quarters(80, 40), steps);
    expect(result).toMatchObject({ width, height });
    await expectSpots(result.bytes, spots);
  });

  it('is antialiased, and keeps what alpha there was', async () => {
    const { data } = await rgbaOf((await renderSteps(plain(40, 40, [200, 100, 50, 128]), 'round/20')).bytes);
    const alphas = new Set(data.filter((_, at) => at % 4 === 3));
    expect(Math.max(...alphas)).toBe(128);
    expect(alphas.size).toBeGreaterThan(10);
    expect(alphas).toContain(0);
  });

  it('cuts a grey picture too, and one in a format without alpha', async () => {
    const grey = await renderSteps(plain(40, 40, [90]), 'round/20');
    await expectSpots(grey.bytes, 'none@0,0 5a5a5a@20,20');
    const jpeg = await renderSteps(plain(40, 40, [90]), 'background/ffffff/round/20', 'jpeg');
    await expectSpots(jpeg.bytes, 'ffffff@0,0 5a5a5a@20,20');
  });
});

describe('background', () => {
  it.each([
    ['background/ffffff', 'e3b198'],
    ['background/FFFFFF00', 'c8643280'],
    ['background/00000080', '854321c0'],
    ['background/ffffff/background/000000', 'e3b198'],
    ['resize/20x/background/ffffff', 'e3b198'],
    ['background/ffffff/resize/200%', 'e3b198'],
  ])('%s lays what is half transparent on it: %s', async (steps, color) => {
    const { bytes } = await renderSteps(plain(40, 40, [200, 100, 50, 128]), steps);
    await expectSpots(bytes, `${color}@10,10`);
  });

  it('fills what later steps add, until there is another', async () => {
    const steps = 'background/ffffff/rotate/45/background/00ff00/pad/4';
    const { bytes } = await renderSteps(plain(40, 40, [200, 100, 50]), steps);
    await expectSpots(bytes, '00ff00@0,0 ffffff@5,5 c86432@33,33');
  });

  it('gives a grey picture colour around it', async () => {
    const { bytes } = await renderSteps(plain(10, 10, [90]), 'background/ff0000/pad/2');
    await expectSpots(bytes, 'ff0000@0,0 5a5a5a@5,5');
  });
});
