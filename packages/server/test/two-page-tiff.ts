/** A little-endian TIFF of two grey pages (TIFF 6.0, section 2): 3 x 2 of level 50, 2 x 4 of level 200. */
export function twoPages(): Buffer {
  const first = tiffPage({ at: 8, next: 8 + PAGE_BYTES, width: 3, height: 2, level: 50 });
  const second = tiffPage({ at: 8 + PAGE_BYTES, next: 0, width: 2, height: 4, level: 200 });
  return Buffer.concat([Buffer.from('49492a0008000000', 'hex'), first, second]);
}

const TAGS = 9;
const DIRECTORY_BYTES = 2 + TAGS * 12 + 4;
const PAGE_BYTES = DIRECTORY_BYTES + 8;

function tiffPage(page: { at: number; next: number; width: number; height: number; level: number }): Buffer {
  const { at, next, width, height, level } = page;
  const bytes = Buffer.alloc(PAGE_BYTES, level);
  const tags = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, at + DIRECTORY_BYTES],
    [277, 1],
    [278, height],
    [279, width * height],
  ];
  bytes.writeUInt16LE(tags.length, 0);
  for (const [index, [tag = 0, value = 0]] of tags.entries()) {
    const start = 2 + index * 12;
    bytes.writeUInt16LE(tag, start);
    // One LONG.
    bytes.writeUInt16LE(4, start + 2);
    bytes.writeUInt32LE(1, start + 4);
    bytes.writeUInt32LE(value, start + 8);
  }
  bytes.writeUInt32LE(next, DIRECTORY_BYTES - 4);
  return bytes;
}
