import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, createDeflate, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** One chunk: length, type, data, checksum. */
export function pngChunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per channel; 8. */
  readonly depth?: number;
  /** 0 grey, 2 RGB, 6 RGBA; grey. */
  readonly colorType?: number;
  readonly interlaced?: boolean;
}

/** A file of these chunks after its header. */
export function png(header: PngHeader, ...chunks: readonly Buffer[]): Buffer {
  const { width, height, depth = 8, colorType = 0, interlaced = false } = header;
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colorType, 0, 0, interlaced ? 1 : 0]);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  return Buffer.concat([SIGNATURE, pngChunk('IHDR', data), ...chunks]);
}

/** 41 bytes that say: 25 megapixels, interlaced, 16 bits, RGBA. Decoding took 1.4 GB. */
export function interlacedPng(): Buffer {
  const header = { width: 786_464, height: 32, depth: 16, colorType: 6, interlaced: true };
  return Buffer.concat([png(header), Buffer.from('\0\0\x10\0IDAT', 'latin1')]);
}

/** A black picture of any size: zeros compress a thousandfold. */
export async function blackPng(width: number, height: number, ...before: readonly Buffer[]): Promise<Buffer> {
  // The rows, each with the byte that names its filter.
  const pixels = await deflatedZeros((width + 1) * height);
  return png({ width, height }, ...before, pngChunk('IDAT', pixels), pngChunk('IEND'));
}

/** A black square, interlaced, 16 bits, RGBA: the dearest PNG to decode. */
export async function blackInterlacedPng(side: number): Promise<Buffer> {
  // Adam7 (PNG specification, section 8.2): where the pixels of each pass begin and how far apart they are.
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  const rowBytes = passes.map(([x = 0, y = 0, dx = 1, dy = 1]) => {
    const [columns, rows] = [Math.ceil((side - x) / dx), Math.ceil((side - y) / dy)];
    return rows * (1 + columns * 8);
  });
  const pixels = await deflatedZeros(rowBytes.reduce((sum, bytes) => sum + bytes, 0));
  const header = { width: side, height: side, depth: 16, colorType: 6, interlaced: true };
  return png(header, pngChunk('IDAT', pixels), pngChunk('IEND'));
}

/** One pixel, and so many texts that each unpack to `textBytes`. */
export function textPng(texts: number, textBytes: number): Promise<Buffer> {
  const packed = deflateSync(Buffer.alloc(textBytes, 'a'));
  const chunk = pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), packed]));
  return blackPng(1, 1, ...Array.from({ length: texts }, () => chunk));
}

/** Gigabytes of them, without ever holding them. */
function deflatedZeros(bytes: number): Promise<Buffer> {
  const block = Buffer.alloc(1024 ** 2);
  function* blocks() {
    for (let left = bytes; left > 0; left -= block.length)
      yield block.subarray(0, Math.min(left, block.length));
  }
  return buffer(Readable.from(blocks()).pipe(createDeflate({ level: 1 })));
}
