import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { photo as photograph, rgbaOf } from './pictures.ts';
import { startServer } from './server-process.ts';

const AUTHOR = 'Somebody of the test';
const LATITUDE = '52/1 30/1 59/1';

let placeless: Buffer;
let placed: Buffer;

beforeAll(async () => {
  const about = { IFD0: { Artist: AUTHOR } };
  const place = { IFD3: { GPSLatitudeRef: 'N', GPSLatitude: LATITUDE, GPSAreaInformation: 'Placeburg' } };
  placeless = await photograph(200, 150).withExif(about).jpeg().toBuffer();
  placed = await photograph(200, 150)
    .withExif({ ...about, ...place })
    .jpeg()
    .toBuffer();
});

/** Uploads a picture to a server with these settings; what was said of it, and what is stored. */
async function stored(original: Buffer, settings: Record<string, string>) {
  const server = await startServer(settings);
  const uploaded = await upload(server.url, original);
  const { bytes } = await get(server.url + uploaded.url);
  await server.stop();
  return { uploaded, bytes };
}

/** EXIF values as texts; the places of `placed` are told by their bytes. */
async function tells(picture: Buffer): Promise<{ author: boolean; place: boolean }> {
  const { exif } = await sharp(picture).metadata();
  const text = exif?.toString('latin1') ?? '';
  const latitude = Buffer.alloc(4);
  latitude.writeUInt32LE(52);
  return {
    author: text.includes(AUTHOR),
    place: text.includes('Placeburg') || (exif?.includes(latitude) ?? false),
  };
}

describe('UPLOAD_STRIP', () => {
  it('starts from a picture that tells its place', async () => {
    expect(await tells(placed)).toEqual({ author: true, place: true });
  });

  it('takes the place out of the stored original, and nothing else', async () => {
    const { uploaded, bytes } = await stored(placed, {});
    expect(await tells(bytes)).toEqual({ author: true, place: false });
    expect(uploaded.bytes).toBe(bytes.length);
    expect((await rgbaOf(bytes)).data.equals((await rgbaOf(placed)).data)).toBe(true);
  });

  it('leaves a picture without a place as it is, byte for byte', async () => {
    const { bytes } = await stored(placeless, {});
    expect(bytes.equals(placeless)).toBe(true);
  });

  it('takes everything with `all`', async () => {
    const { uploaded, bytes } = await stored(placed, { UPLOAD_STRIP: 'all' });
    expect(await tells(bytes)).toEqual({ author: false, place: false });
    expect(uploaded.bytes).toBe(bytes.length);
    expect((await rgbaOf(bytes)).data.equals((await rgbaOf(placed)).data)).toBe(true);
  });

  it('takes nothing with `none`', async () => {
    const { bytes } = await stored(placed, { UPLOAD_STRIP: 'none' });
    expect(bytes.equals(placed)).toBe(true);
  });
});
