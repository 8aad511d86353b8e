import { ArgumentError } from '../errors.ts';
import { defineSetting } from './setting.ts';

const KB = 1024;
const MB = 1024 * KB;
const MAX_MEGABYTES = 1024;
const ARGUMENT = `<n>, <n>kb or <n>mb (of 1,024), whole numbers from 1 to ${MAX_MEGABYTES}mb`;

/** In bytes. */
export const maxbytes = defineSetting<number>({
  name: 'maxbytes',
  summary: 'The most bytes that the file may have; quality is lowered until it fits.',
  argument: ARGUMENT,
  details:
    'Bytes, or units of 1,024 (`kb`) or 1,048,576 (`mb`) of them. The best quality, at most the one asked for, at which the file fits; a PNG or GIF loses colours instead. Where nothing fits, that is an error.',
  examples: [
    { recipe: 'resize/1200x/format/jpeg/maxbytes/100kb', meaning: 'a JPEG of at most 102,400 bytes' },
    { recipe: 'format/webp/maxbytes/2mb', meaning: 'a WebP of at most 2,097,152 bytes' },
  ],
  parse: (argument) => {
    const bytes = readBytes(argument);
    if (bytes === undefined) throw new ArgumentError(ARGUMENT, nearestBytes(argument));
    return bytes;
  },
  print: printBytes,
});

function readBytes(argument: string): number | undefined {
  const [, digits, unit = ''] = BYTES.exec(argument) ?? [];
  const bytes = Number(digits ?? 0) * (UNITS.get(unit) ?? 1);
  return bytes >= 1 && bytes <= MAX_MEGABYTES * MB ? bytes : undefined;
}

const BYTES = /^(\d{1,16})(kb|mb)?$/;
const UNITS: ReadonlyMap<string, number> = new Map([
  ['kb', KB],
  ['mb', MB],
]);

/** In the largest unit of which it is a whole number: equal meaning, equal text. */
function printBytes(bytes: number): string {
  if (bytes % MB === 0) return `${bytes / MB}mb`;
  return bytes % KB === 0 ? `${bytes / KB}kb` : String(bytes);
}

/** `100K` and `100 KB` probably meant `100kb`, `1.5mb` meant `1536kb`. */
function nearestBytes(argument: string): string | undefined {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)\s?(k|m)?i?b?$/i.exec(argument) ?? [];
  if (number === undefined) return undefined;
  const bytes = Math.floor(Number(number) * (UNITS.get(`${unit.toLowerCase()}b`) ?? 1));
  return printBytes(Math.min(MAX_MEGABYTES * MB, Math.max(1, bytes)));
}
