import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { photo } from '../../../../test/pictures.ts';
import { exifFacts, readExif } from './exif-facts.ts';

const TAGS = {
  IFD0: {
    Make: 'Maker <b>',
    Model: 'Camera Six',
    Software: ' editor 1 ',
    DateTime: '2024:05:07 08:09:10',
    Artist: 'Somebody',
  },
  IFD2: {
    ExposureTime: '1/200',
    FNumber: '28/10',
    ISOSpeedRatings: '400',
    ExposureBiasValue: '-2/3',
    FocalLength: '35/1',
    FocalLengthIn35mmFilm: '52',
    Flash: '25',
    DateTimeOriginal: '2024:05:06 07:08:09',
    OffsetTimeOriginal: '+02:00',
    LensModel: 'Lens 35mm',
    BodySerialNumber: '12345',
  },
  IFD3: {
    GPSLatitudeRef: 'S',
    GPSLatitude: '33/1 51/1 2450/100',
    GPSLongitudeRef: 'E',
    GPSLongitude: '151/1 12/1 5500/100',
    GPSAltitude: '45/10',
    GPSAltitudeRef: '0',
  },
};

const FACTS = {
  cameraMake: 'Maker <b>',
  cameraModel: 'Camera Six',
  software: 'editor 1',
  changedAt: '2024-05-07T08:09:10',
  takenAt: '2024-05-06T07:08:09+02:00',
  exposureSeconds: 1 / 200,
  fNumber: 2.8,
  iso: 400,
  exposureBias: -2 / 3,
  focalLengthMm: 35,
  focalLength35Mm: 52,
  flashFired: true,
  lensModel: 'Lens 35mm',
  lensMake: undefined,
  position: { latitude: -33.856806, longitude: 151.215278, altitudeMeters: 4.5 },
};

let tagged: Buffer;
let block: Buffer;

beforeAll(async () => {
  tagged = await photo(40, 30).withExif(TAGS).jpeg().toBuffer();
  const { exif } = await sharp(tagged).metadata();
  block = exif ?? Buffer.alloc(0);
});

describe('readExif', () => {
  it('tells camera, lens, exposure, times and place, and nothing of owners and serial numbers', async () => {
    expect(await readExif(tagged)).toEqual(FACTS);
  });

  it('reads it out of PNG, WebP and AVIF too', async () => {
    const image = () => photo(40, 30).withExif(TAGS);
    for (const encoded of [image().png(), image().webp(), image().avif({ effort: 0 })]) {
      expect(await readExif(await encoded.toBuffer())).toEqual(FACTS);
    }
  });

  it('is null where there is none', async () => {
    expect(await readExif(await photo(40, 30).jpeg().toBuffer())).toBeNull();
  });
});

describe('exifFacts', () => {
  it('leaves out what is not of the form that EXIF has for it', async () => {
    const odd = await photo(40, 30)
      .withExif({
        IFD0: { Make: '   ', DateTime: '    :  :     :  :  ' },
        IFD2: { ExposureTime: '1/0', DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: 'Z' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '0/0 0/1 0/1' },
      })
      .jpeg()
      .toBuffer();
    const facts = Object.entries((await readExif(odd)) ?? {}).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(facts)).toEqual({ takenAt: '2024-05-06T07:08:09' });
  });

  it('reads UTF-8, and heights below the sea', () => {
    const changed = Buffer.from(block);
    changed.write('Camerö Si', block.indexOf('Camera Six'), 'utf8');
    // Entry 5 of the GPS table: one byte.
    const altitudeRef = block.indexOf(Buffer.from([5, 0, 1, 0, 1, 0, 0, 0]));
    changed[altitudeRef + 8] = 1;
    expect(exifFacts(changed)).toMatchObject({
      cameraModel: 'Camerö Si',
      position: { altitudeMeters: -4.5 },
    });
  });

  it('keeps texts short and free of control characters', async () => {
    const long = await photo(40, 30)
      .withExif({ IFD0: { Model: `\u0007${'x'.repeat(5000)}` } })
      .jpeg()
      .toBuffer();
    expect((await readExif(long))?.cameraModel).toBe('x'.repeat(200));
  });

  it('law: takes any bytes, and any damage to a block, without failing', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array(), fc.constant(undefined)),
        edits,
        fc.nat(),
        (bytes, changes, cut) => {
          const damaged = Buffer.from(bytes ?? block);
          for (const [at, value] of changes) damaged[at % Math.max(1, damaged.length)] = value;
          const facts = exifFacts(damaged.subarray(0, damaged.length - (cut % 3)));
          expect(facts === null || typeof facts === 'object').toBe(true);
          JSON.stringify(facts);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('reads a block whose every entry claims all of it as fast as another', () => {
    const entries = 5000;
    const hostile = Buffer.alloc(10 + entries * 12);
    hostile.write('II*\0', 'latin1');
    hostile.writeUInt32LE(8, 4);
    hostile.writeUInt16LE(entries, 8);
    for (let index = 0; index < entries; index += 1) {
      const at = 10 + index * 12;
      hostile.writeUInt16LE(index === 0 ? 0x010f : 0x9000 + (index % 8), at);
      hostile.writeUInt16LE(index % 2 === 0 ? 2 : 1, at + 2);
      hostile.writeUInt32LE(hostile.length - 20, at + 4);
      hostile.writeUInt32LE(20, at + 8);
    }
    const startedMs = performance.now();
    expect(exifFacts(hostile)).not.toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(200);
  });
});
