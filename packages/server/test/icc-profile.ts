/**
 * An ICC display profile (version 2.1, matrix and gamma) with the primaries and gamma of Adobe RGB (1998): what cameras
 * embed when they are set to it.
 */
export function adobeRgbProfile(): Buffer {
  // The primaries' tristimulus values under D50, as the specification of Adobe RGB (1998) gives them.
  const tags: readonly (readonly [string, Buffer])[] = [
    ['desc', description('test RGB')],
    ['wtpt', xyz(0.9505, 1, 1.0891)],
    ['rXYZ', xyz(0.60974, 0.31111, 0.01947)],
    ['gXYZ', xyz(0.20528, 0.62567, 0.06087)],
    ['bXYZ', xyz(0.14919, 0.06322, 0.74457)],
    ['rTRC', gamma(563 / 256)],
    ['gTRC', gamma(563 / 256)],
    ['bTRC', gamma(563 / 256)],
    ['cprt', Buffer.concat([signature('text'), Buffer.from('CC0\0')])],
  ];
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length, 0);
  const bodies: Buffer[] = [];
  let offset = 128 + table.length;
  for (const [index, [name, body]] of tags.entries()) {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    table.write(name, 4 + 12 * index, 'latin1');
    table.writeUInt32BE(offset, 8 + 12 * index);
    table.writeUInt32BE(body.length, 12 + 12 * index);
    bodies.push(padded);
    offset += padded.length;
  }
  return Buffer.concat([header(offset), table, ...bodies]);
}

function header(profileBytes: number): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32BE(profileBytes, 0);
  bytes.writeUInt32BE(0x0210_0000, 8);
  bytes.write('mntrRGB XYZ ', 12, 'latin1');
  bytes.write('acsp', 36, 'latin1');
  bytes.set(xyz(0.9642, 1, 0.8249).subarray(8), 68);
  return bytes;
}

function signature(name: string): Buffer {
  return Buffer.concat([Buffer.from(name, 'latin1'), Buffer.alloc(4)]);
}

function xyz(...values: readonly number[]): Buffer {
  const numbers = Buffer.alloc(12);
  for (const [index, value] of values.entries()) numbers.writeInt32BE(Math.round(value * 65_536), index * 4);
  return Buffer.concat([signature('XYZ '), numbers]);
}

function gamma(value: number): Buffer {
  const curve = Buffer.alloc(6);
  curve.writeUInt32BE(1, 0);
  curve.writeUInt16BE(Math.round(value * 256), 4);
  return Buffer.concat([signature('curv'), curve]);
}

function description(text: string): Buffer {
  const ascii = Buffer.from(`${text}\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(ascii.length, 0);
  // Then empty Unicode and Macintosh descriptions.
  return Buffer.concat([signature('desc'), length, ascii, Buffer.alloc(8 + 3 + 67)]);
}
