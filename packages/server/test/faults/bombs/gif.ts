/**
 * An animation of so many frames on one canvas. Each frame draws one pixel, so that the file stays small; a decoder
 * that keeps whole frames needs `frames` x `side` x `side` x 4 bytes.
 */
export function gifFrames(frames: number, side: number): Buffer {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  head.writeUInt16LE(side, 6);
  head.writeUInt16LE(side, 8);
  // A graphic control (10 hundredths of a second), a descriptor of one pixel, and its LZW code: clear, 0, end.
  const frame = Buffer.from('\x21\xf9\x04\0\x0a\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0', 'latin1');
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
}
