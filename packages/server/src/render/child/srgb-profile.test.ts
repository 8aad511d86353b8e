import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { adobeRgbProfile } from '../../../test/icc-profile.ts';
import { plain } from '../../../test/pictures.ts';
import { isSrgbProfile } from './srgb-profile.ts';

async function profileOf(name: string): Promise<Buffer> {
  const bytes = await plain(4, 4, [1, 2, 3]).withIccProfile(name).png().toBuffer();
  return (await sharp(bytes).metadata()).icc ?? Buffer.alloc(0);
}

describe('isSrgbProfile', () => {
  it('knows sRGB by its description', async () => {
    expect(isSrgbProfile(await profileOf('srgb'))).toBe(true);
    expect(isSrgbProfile(await profileOf('p3'))).toBe(false);
    expect(isSrgbProfile(adobeRgbProfile())).toBe(false);
  });

  it('takes what is no profile for another one', async () => {
    const profile = await profileOf('srgb');
    for (const damaged of [Buffer.alloc(0), profile.subarray(0, 140), Buffer.alloc(500, 255)]) {
      expect(isSrgbProfile(damaged)).toBe(false);
    }
  });
});
