import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo, plain, quarters } from '../../../test/pictures.ts';
import { expectSpots, renderSteps } from '../../../test/render-steps.ts';

describe('cover', () => {
  it.each([
    ['cover/20x20', 20, 20, 'la@3,3 ra@16,3 lb@3,16 rb@16,16'],
    ['cover/w20x20', 20, 20, 'la@3,3 la@16,3 lb@16,16'],
    ['cover/e20x20', 20, 20, 'ra@3,3 rb@16,16'],
    ['cover/0.2,0.9,10x10', 10, 10, 'la@5,1 lb@5,8'],
    ['cover/n80x10', 80, 10, 'la@10,5 ra@70,5'],
    ['cover/s80x10', 80, 10, 'lb@10,5 rb@70,5'],
    ['cover/300x100', 300, 100, 'la@10,10 rb@290,90 la@140,10 ra@160,10'],
    ['cover/200x200>', 40, 40, 'la@3,3 rb@36,36 la@18,3 ra@21,3'],
    ['cover/nw800x100>', 80, 10, 'la@3,3 ra@76,8'],
  ])('%s makes of 80x40 %dx%d, the right part', async (steps, width, height, spots) => {
    const result = await renderSteps(quarters(80, 40), steps);
    expect(result).toMatchObject({ width, height });
    await expectSpots(result.bytes, spots);
  });

  it.each([
    ['cover/w30x2000', 30, 2000, 'la@15,5 lb@15,1995'],
    ['cover/e30x2000', 30, 2000, 'ra@15,5 rb@15,1995'],
  ])(
    '%s fills the box with a panorama without a giant picture in between',
    async (steps, width, height, spots) => {
      const peakBefore = process.resourceUsage().maxRSS;
      const result = await renderSteps(quarters(6000, 20), steps);
      // Filling first would make 600,000x2000 pixels.
      expect((process.resourceUsage().maxRSS - peakBefore) / 1024).toBeLessThan(200);
      expect(result).toMatchObject({ width, height });
      await expectSpots(result.bytes, spots);
    },
  );
});

describe('contain', () => {
  it.each([
    ['contain/40x40', 40, 40, 'none@20,8 none@20,31 la@3,12 rb@36,27'],
    ['contain/n40x40', 40, 40, 'la@3,2 rb@36,17 none@20,22'],
    ['contain/se40x40', 40, 40, 'none@20,18 la@3,22 rb@36,37'],
    ['contain/160x200', 160, 200, 'none@80,50 la@10,65 rb@150,135'],
    ['contain/160x200>', 160, 200, 'none@35,100 la@42,82 rb@118,118'],
    ['background/ffffff/contain/40x40', 40, 40, 'ffffff@20,8 la@3,12'],
    ['contain/80x40', 80, 40, 'la@0,0 rb@79,39'],
  ])('%s makes of 80x40 %dx%d, whole', async (steps, width, height, spots) => {
    const result = await renderSteps(quarters(80, 40), steps);
    expect(result).toMatchObject({ width, height });
    await expectSpots(result.bytes, spots);
  });

  it('pads black in a format without alpha, or with the background', async () => {
    const black = await renderSteps(quarters(80, 40), 'contain/40x40', 'jpeg');
    await expectSpots(black.bytes, '000000@20,3');
    const blue = await renderSteps(quarters(80, 40), 'background/0000ff/contain/40x40', 'jpeg');
    await expectSpots(blue.bytes, '0000fe@20,3');
  });
});

describe('crop', () => {
  it.each([
    ['crop/50%x50%', 40, 20, 'la@1,1 rb@38,18'],
    ['crop/se.5x.5', 40, 20, 'rb@0,0 rb@39,19'],
    ['crop/nw1.0x20', 80, 20, 'la@0,0 ra@79,19'],
    ['crop/0.75,0.25,25%x25%', 20, 10, 'ra@0,0 ra@19,9'],
    ['crop/nw50%x50%+40+20', 40, 20, 'rb@0,0 rb@39,19'],
  ])('%s makes of 80x40 %dx%d, the right part', async (steps, width, height, spots) => {
    const result = await renderSteps(quarters(80, 40), steps);
    expect(result).toMatchObject({ width, height });
    await expectSpots(result.bytes, spots);
  });
});

describe('smart and entropy', () => {
  /** A dull wall with something to look at around this point. */
  async function wallWith(detail: Sharp, left: number, top: number): Promise<Sharp> {
    const input = await detail.png().toBuffer();
    return sharp(await plain(400, 200, [120, 120, 125]).png().toBuffer()).composite([{ input, left, top }]);
  }

  it.each([
    ['crop/smart100x100', 100, 100],
    ['crop/smart1:1', 200, 200],
    ['crop/entropy30%x50%', 120, 100],
    ['cover/smart50x50', 50, 50],
    ['cover/entropy50x50>', 50, 50],
    ['cover/smart300x300', 300, 300],
  ])('%s keeps what there is to see, wherever it is', async (steps, width, height) => {
    for (const left of [10, 200, 350]) {
      const scene = await wallWith(photo(40, 40), left, 90);
      const result = await renderSteps(await scene.png().toBuffer(), steps);
      expect(result).toMatchObject({ width, height });
      const { channels } = await sharp(result.bytes).stats();
      const range = channels.map(({ min, max }) => max - min);
      expect(Math.max(...range), `${steps} ${left}`).toBeGreaterThan(60);
    }
  });

  it('leaves a picture alone that is not larger than the box', async () => {
    const result = await renderSteps(quarters(80, 40), 'crop/smart100x100');
    expect(result).toMatchObject({ width: 80, height: 40 });
  });
});
