/** A lossy picture whose header says 16,383 x 16,383, the most that WebP can hold, in 36 bytes. */
export function lossyWebpHeader(): Buffer {
  const file = Buffer.alloc(36);
  // A key frame that is shown, with a first partition of one byte, and its start code.
  file.write('RIFF\x1c\0\0\0WEBPVP8 \x10\0\0\0\x30\0\0\x9d\x01\x2a', 0, 'latin1');
  file.writeUInt16LE(16_383, 26);
  file.writeUInt16LE(16_383, 28);
  return file;
}

/** The same as a lossless picture, in 30 bytes. */
export function losslessWebpHeader(): Buffer {
  const file = Buffer.alloc(30);
  file.write('RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f', 0, 'latin1');
  file.writeUInt32LE(16_382 | (16_382 << 14), 21);
  return file;
}
