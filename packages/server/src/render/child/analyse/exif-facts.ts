import sharp from 'sharp';
import type { ExifFacts, GeographicPosition } from '../../protocol.ts';
import { LENIENT } from '../run-sharp.ts';
import { type ExifTable, openExif } from './exif-tags.ts';

/** What an original's EXIF says of the shot; null where it has none or it cannot be read. */
export async function readExif(bytes: Buffer): Promise<ExifFacts | null> {
  const { exif } = await sharp(bytes, LENIENT).metadata();
  return exif === undefined ? null : exifFacts(exif);
}

/** The same of an EXIF block. What is not listed here (owners, serial numbers, comments) stays in the file. */
export function exifFacts(exif: Buffer): ExifFacts | null {
  const tables = openExif(exif);
  if (tables === undefined) return null;
  const { image, photo, position } = tables;
  const number = (tag: number) => photo.numbers(tag)?.[0];
  const flash = number(0x9209);
  return {
    cameraMake: image.text(0x010f),
    cameraModel: image.text(0x0110),
    lensMake: photo.text(0xa433),
    lensModel: photo.text(0xa434),
    software: image.text(0x0131),
    takenAt: timeOf(photo.text(0x9003), photo.text(0x9011)),
    changedAt: timeOf(image.text(0x0132), photo.text(0x9010)),
    exposureSeconds: number(0x829a),
    fNumber: number(0x829d),
    iso: number(0x8827),
    exposureBias: number(0x9204),
    focalLengthMm: number(0x920a),
    focalLength35Mm: number(0xa405),
    flashFired: flash === undefined ? undefined : flash % 2 === 1,
    position: positionOf(position),
  };
}

/** EXIF's `2024:05:06 07:08:09` in ISO 8601; undefined where it is not of that form (some cameras leave it blank). */
function timeOf(text: string | undefined, offset: string | undefined): string | undefined {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, year, month, day, time] = match;
  const zone = /^[+-]\d\d:\d\d$/.test(offset ?? '') ? offset : '';
  return `${year}-${month}-${day}T${time}${zone}`;
}

function positionOf(table: ExifTable): GeographicPosition | undefined {
  const latitude = degreesOf(table.numbers(0x0002), table.text(0x0001), 'S');
  const longitude = degreesOf(table.numbers(0x0004), table.text(0x0003), 'W');
  if (latitude === undefined || longitude === undefined) return undefined;
  const altitude = table.numbers(0x0006)?.[0];
  const isBelowSea = table.numbers(0x0005)?.[0] === 1;
  return {
    latitude,
    longitude,
    ...(altitude === undefined ? {} : { altitudeMeters: isBelowSea ? -altitude : altitude }),
  };
}

/** Degrees, minutes and seconds as degrees, to a millionth (11 cm). */
function degreesOf(
  parts: readonly number[] | undefined,
  side: string | undefined,
  negative: string,
): number | undefined {
  if (parts === undefined) return undefined;
  const [degrees = 0, minutes = 0, seconds = 0] = parts;
  const value = Math.round((degrees + minutes / 60 + seconds / 3600) * 1e6) / 1e6;
  return side?.toUpperCase() === negative ? -value : value;
}
