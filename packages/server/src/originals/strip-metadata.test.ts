import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripMetadata } from './strip-metadata.ts';

const FORMATS = ['jpg', 'png', 'webp', 'gif', 'tif', 'avif'] as const;
type Format = (typeof FORMATS)[number];

const WIDTH = 160;
const HEIGHT = 96;

/** Places in every form that exiftool writes; each format takes the ones that it can hold. */
const PLACES = [
  '-EXIF:GPSLatitude=52.5163',
  '-EXIF:GPSLatitudeRef=N',
  '-EXIF:GPSLongitude=13.3777',
  '-EXIF:GPSLongitudeRef=E',
  '-EXIF:GPSAltitude=34',
  '-EXIF:GPSDateStamp=2024:05:06',
  '-EXIF:GPSProcessingMethod=the GPS receiver of this camera',
  '-XMP-exif:GPSLatitude=52.5163',
  '-XMP-exif:GPSLongitude=13.3777',
  '-XMP-photoshop:City=Placeburg',
  '-XMP-photoshop:Country=Placeland',
  '-XMP-iptcCore:Location=Placegate',
  '-XMP-iptcExt:LocationShown={City=Placeburg,GPSLatitude=52.5163}',
  '-IPTC:City=Placeburg',
  '-IPTC:Sub-location=Placegate',
  '-IPTC:Country-PrimaryLocationName=Placeland',
];

/** What has nothing to do with the place. */
const OTHERS = [
  '-EXIF:Make=Tester',
  '-EXIF:Orientation#=6',
  '-ExifIFD:LensModel=50 mm',
  '-EXIF:UserComment=a comment',
  '-XMP-dc:Title=A title',
  '-XMP-dc:Creator=Somebody',
  '-XMP-exif:SubjectLocation=12',
  '-IPTC:Keywords=one',
  '-IPTC:By-line=Somebody',
  '-Comment=a comment',
];

const LOCATION_TAGS = ['-gps:all', '-xmp:gps*', '-city', '-country*', '-location*', '-sub-location'];

function pixels(): Buffer {
  return Buffer.from(Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => (at * 7 + (at >> 5) * 13) & 255));
}

async function encode(format: Format): Promise<Buffer> {
  const picture = sharp(pixels(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  if (format === 'gif')
    return animated()
      .gif({ loop: 3, delay: [100, 200] })
      .toBuffer();
  const withProfile = picture.withIccProfile('p3');
  if (format === 'jpg') return withProfile.jpeg({ progressive: true }).toBuffer();
  if (format === 'tif') return withProfile.tiff({ compression: 'lzw' }).toBuffer();
  return withProfile.toFormat(format).toBuffer();
}

function animated() {
  return sharp(pixels(), {
    raw: { width: WIDTH, height: HEIGHT, channels: 3, pageHeight: HEIGHT / 2 },
  });
}

/** Throws where exiftool is missing (Debian's libimage-exiftool-perl): without it nothing is proven here. */
function exiftool(folder: string, ...options: string[]): string {
  return execFileSync('exiftool', [...options, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function shown(bytes: Buffer) {
  const picture = sharp(bytes, { animated: true });
  const { width, height, orientation, icc, hasProfile, pages, delay, loop, space, format } =
    await picture.metadata();
  const raw = await picture.raw().toBuffer();
  return { width, height, orientation, icc, hasProfile, pages, delay, loop, space, format, raw };
}

describe('stripMetadata', () => {
  let folder = '';
  const originals = new Map<Format, Buffer>();
  const original = (format: Format) => originals.get(format) ?? Buffer.alloc(0);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'strip-'));
    for (const format of FORMATS) writeFileSync(join(folder, `picture.${format}`), await encode(format));
    exiftool(folder, '-overwrite_original', '-m', '-q', ...PLACES, ...OTHERS);
    for (const name of readdirSync(folder)) {
      const format = FORMATS.find((one) => name.endsWith(one));
      if (format !== undefined) originals.set(format, readFileSync(join(folder, name)));
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What exiftool tells of the files that came out, by format. */
  function tell(results: Map<Format, Buffer>, ...options: string[]): Map<Format, Record<string, unknown>> {
    const target = mkdtempSync(join(folder, 'out-'));
    for (const [format, bytes] of results) writeFileSync(join(target, `picture.${format}`), bytes);
    const text = exiftool(target, '-json', '-a', '-G1', '-ee', ...options) || '[]';
    const told: Record<string, unknown>[] = JSON.parse(text);
    return new Map(
      told.map((one) => [FORMATS.find((format) => String(one.SourceFile).endsWith(format)) ?? 'jpg', one]),
    );
  }

  const strip = (what: 'location' | 'all') =>
    new Map(FORMATS.map((format) => [format, stripMetadata(original(format), what)]));

  it('starts from files that hold places', () => {
    const told = tell(originals, ...LOCATION_TAGS);
    for (const format of FORMATS) {
      expect(Object.keys(told.get(format) ?? {}), format).toContain('XMP-exif:GPSLatitude');
      if (format !== 'gif') expect(Object.keys(told.get(format) ?? {}), format).toContain('GPS:GPSLatitude');
    }
    expect(Object.keys(told.get('jpg') ?? {})).toContain('IPTC:City');
  });

  it('leaves no GPS position that exiftool finds', () => {
    for (const what of ['location', 'all'] as const) {
      for (const [format, told] of tell(strip(what), ...LOCATION_TAGS)) {
        expect(Object.keys(told), format).toEqual(['SourceFile']);
      }
    }
  });

  it('leaves no byte of the places in the file', () => {
    for (const what of ['location', 'all'] as const) {
      for (const [format, bytes] of strip(what)) {
        const text = bytes.toString('latin1');
        for (const word of ['Placeburg', 'Placegate', 'Placeland', 'GPS receiver', '2024:05:06']) {
          expect(text.includes(word), `${format} ${what} ${word}`).toBe(false);
        }
      }
    }
  });

  it('keeps all else of the metadata where only the location is to go', () => {
    const ignored =
      /^(?:SourceFile|System:|GPS:|Composite:|XMP-photoshop:|XMP-iptc|XMP-exif:GPS|IPTC:(?:City|Sub|Country)|ExifTool:|File:CurrentIPTCDigest|IFD0:GPS|Photoshop:IPTCDigest)/;
    const keep = (told: Record<string, unknown> = {}) =>
      Object.fromEntries(Object.entries(told).filter(([name]) => !ignored.test(name)));
    const before = tell(originals, '-all:all');
    const after = tell(strip('location'), '-all:all');
    for (const format of FORMATS) {
      expect(Object.keys(keep(before.get(format))).length, format).toBeGreaterThan(10);
      expect(keep(after.get(format)), format).toEqual(keep(before.get(format)));
    }
  });

  it('leaves no EXIF, XMP, IPTC or comment but the orientation where all is to go', () => {
    const told = tell(strip('all'), '-exif:all', '-xmp:all', '-iptc:all', '-photoshop:all', '-comment');
    const layout =
      /^(?:SourceFile|IFD0:(?:ImageWidth|ImageHeight|BitsPerSample|Compression|PhotometricInterpretation|StripOffsets|SamplesPerPixel|RowsPerStrip|StripByteCounts|[XY]Resolution|PlanarConfiguration|ResolutionUnit|Predictor|SampleFormat|Orientation))$/;
    for (const format of FORMATS) {
      const names = Object.keys(told.get(format) ?? {});
      expect(
        names.filter((name) => !layout.test(name)),
        format,
      ).toEqual([]);
    }
  });

  it.each(FORMATS)('shows the same %s: pixels, orientation, profile, animation', async (format) => {
    const before = await shown(original(format));
    for (const what of ['location', 'all'] as const) {
      expect(await shown(stripMetadata(original(format), what))).toEqual(before);
    }
    const { exif, xmp, iptc, comments } = await sharp(stripMetadata(original(format), 'all')).metadata();
    expect({ xmp, iptc, comments }).toEqual({});
    if (format !== 'jpg' && format !== 'png' && format !== 'webp') expect(exif).toBeUndefined();
  });

  it.each(FORMATS)('gives back the very buffer of a %s that has nothing to take', async (format) => {
    const plain = await encode(format);
    expect(stripMetadata(plain, 'location')).toBe(plain);
    for (const what of ['location', 'all'] as const) {
      const once = stripMetadata(original(format), what);
      expect(once).not.toBe(original(format));
      expect(stripMetadata(once, what).equals(once)).toBe(true);
    }
  });

  it.each(FORMATS)('never changes the buffer of a %s that it was given', (format) => {
    const before = Buffer.from(original(format));
    stripMetadata(original(format), 'location');
    stripMetadata(original(format), 'all');
    expect(original(format).equals(before)).toBe(true);
  });

  it('keeps the length where only the location is to go and nothing is packed', () => {
    for (const format of ['jpg', 'webp', 'tif', 'avif', 'gif'] as const) {
      expect(stripMetadata(original(format), 'location').length, format).toBe(original(format).length);
    }
  });

  it('gives back what it does not know', () => {
    for (const text of ['', 'II', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'GPSLatitude']) {
      const bytes = Buffer.from(text);
      expect(stripMetadata(bytes, 'all')).toBe(bytes);
    }
  });

  /** A few bytes changed, a piece taken out or doubled, or the end cut off. */
  const mutation = fc.record({
    changes: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
      maxLength: 8,
    }),
    cut: fc.option(fc.double({ min: 0.2, max: 1, noNaN: true })),
    copied: fc.option(fc.tuple(fc.nat(4000), fc.nat(4000), fc.nat(64))),
  });

  function mutate(bytes: Buffer, how: typeof mutation extends fc.Arbitrary<infer T> ? T : never): Buffer {
    const copy = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * (how.cut ?? 1))));
    // Most of the changes hit the head of the file, where the structure is.
    for (const [place, value] of how.changes) copy[Math.floor(place ** 2 * copy.length)] = value;
    if (how.copied !== null) copy.copyWithin(how.copied[0], how.copied[1], how.copied[1] + how.copied[2]);
    return copy;
  }

  async function decodes(bytes: Buffer): Promise<Buffer | undefined> {
    return sharp(bytes, { animated: true })
      .raw()
      .toBuffer()
      .catch(() => undefined);
  }

  it.each(FORMATS)(
    'law: a damaged %s never throws, and shows the same pixels if it shows any',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(
          mutation,
          fc.constantFrom('location' as const, 'all' as const),
          async (how, what) => {
            const damaged = mutate(original(format), how);
            const stripped = stripMetadata(damaged, what);
            if (stripped.equals(damaged)) return;
            const before = await decodes(damaged);
            if (before === undefined) return;
            expect((await decodes(stripped))?.equals(before)).toBe(true);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  it('law: bytes that only begin like a picture never throw', () => {
    const signatures = [
      '\xff\xd8\xff\xe1',
      '\x89PNG\r\n\x1a\n',
      'RIFF\x40\0\0\0WEBP',
      'GIF89a',
      'II*\0\x08\0\0\0',
      'MM\0*',
      'MM\0+\0\x08',
      '\0\0\0\x10ftypavif',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...signatures),
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom('location' as const, 'all' as const),
        (signature, rest, what) => {
          stripMetadata(Buffer.concat([Buffer.from(signature, 'latin1'), rest]), what);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
