import type { Pixels } from '../../operations/operation.ts';

/** A copy with margins of that many pixels on each side, in which the pixels at the edge are repeated. */
export function withRepeatedEdges({ data, width, height, channels }: Pixels, marginPx: number): Pixels {
  const wide = { width: width + 2 * marginPx, height: height + 2 * marginPx, channels };
  const copy = new Uint8Array(wide.width * wide.height * channels);
  const inside = (at: number, sidePx: number) => Math.min(sidePx - 1, Math.max(0, at - marginPx));
  for (let y = 0; y < wide.height; y += 1) {
    for (let x = 0; x < wide.width; x += 1) {
      const from = (inside(y, height) * width + inside(x, width)) * channels;
      copy.set(data.subarray(from, from + channels), (y * wide.width + x) * channels);
    }
  }
  return { ...wide, data: copy };
}
