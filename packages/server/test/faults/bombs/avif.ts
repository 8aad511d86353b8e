import sharp from 'sharp';

/** About 1.4 kB of 48 megapixels, all of one colour: decoding took 900 MB. Takes two seconds to make. */
export function avifOfOneColor(width = 8000, height = 6000): Promise<Buffer> {
  const create = { width, height, channels: 3, background: '#888' } as const;
  return sharp({ create }).avif({ effort: 0, quality: 1 }).toBuffer();
}

/** The same file with another size in its header (the `ispe` boxes): the picture in it is not what it says. */
export function avifThatSays(file: Buffer, width: number, height: number): Buffer {
  const lying = Buffer.from(file);
  for (let at = lying.indexOf('ispe'); at !== -1; at = lying.indexOf('ispe', at + 1)) {
    lying.writeUInt32BE(width, at + 8);
    lying.writeUInt32BE(height, at + 12);
  }
  return lying;
}
