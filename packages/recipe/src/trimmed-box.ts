import type { Box, Pixels } from './operations/operation.ts';

/**
 * The smallest box with every pixel that differs from the left upper one: by more than `toleranceLevels` (0-255) in alpha,
 * or in a colour channel times alpha. All of the picture where none does.
 */
export function trimmedBox(pixels: Pixels, toleranceLevels: number): Box {
  const { width, height } = pixels;
  const differs = comparedToCorner(pixels, toleranceLevels);
  const columns = Array.from({ length: width }, (_, x) => x);
  const rows = Array.from({ length: height }, (_, y) => y);
  const rowDiffers = (y: number) => columns.some((x) => differs(x, y));
  const top = rows.findIndex(rowDiffers);
  if (top === -1) return { left: 0, top: 0, width, height };
  const bottom = rows.findLastIndex(rowDiffers);
  let left = width - 1;
  let right = 0;
  // Only what lies beyond the box so far is looked at, so that most of most pictures is not.
  for (let y = top; y <= bottom; y += 1) {
    for (let x = 0; x < left; x += 1) if (differs(x, y)) left = x;
    for (let x = width - 1; x > right; x -= 1) if (differs(x, y)) right = x;
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function comparedToCorner(pixels: Pixels, toleranceLevels: number): (x: number, y: number) => boolean {
  const { data, width, channels } = pixels;
  const hasAlpha = channels === 2 || channels === 4;
  const alphaAt = (at: number) => (hasAlpha ? (data[at + channels - 1] ?? 0) : 255);
  const colors = hasAlpha ? channels - 1 : channels;
  const cornerAlpha = alphaAt(0);
  // Levels times 255, so that colours times alpha stay whole numbers.
  const tolerance = toleranceLevels * 255;
  return (x, y) => {
    const at = (y * width + x) * channels;
    const alpha = alphaAt(at);
    if (Math.abs(alpha - cornerAlpha) * 255 > tolerance) return true;
    for (let channel = 0; channel < colors; channel += 1) {
      const difference = (data[at + channel] ?? 0) * alpha - (data[channel] ?? 0) * cornerAlpha;
      if (Math.abs(difference) > tolerance) return true;
    }
    return false;
  };
}
