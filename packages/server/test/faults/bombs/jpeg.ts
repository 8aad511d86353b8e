import sharp from 'sharp';

/** A small progressive JPEG whose frame header says another size, up to 65,535 a side. */
export async function progressiveJpegThatSays(width: number, height: number): Promise<Buffer> {
  const create = { width: 64, height: 64, channels: 3, background: '#888' } as const;
  const file = await sharp({ create }).jpeg({ progressive: true }).toBuffer();
  // SOF2: marker, length, precision, then height and width.
  const frame = file.indexOf(Buffer.from([0xff, 0xc2]));
  file.writeUInt16BE(height, frame + 5);
  file.writeUInt16BE(width, frame + 7);
  return file;
}
