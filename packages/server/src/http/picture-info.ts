import type { Face, Size } from '@images-server/recipe';
import type { ExifFacts } from '../render/protocol.ts';
import type { PictureDescription } from '../variants/picture-description.ts';

/** The body of `GET /info`. Sizes are upright and of one frame; colours are sRGB as `#rrggbb`. */
export function pictureInfo(
  { facts, analysis }: PictureDescription,
  shown: { showsExif: boolean; showsPosition: boolean; faces: readonly Face[] | undefined },
): object {
  const { width, height, format, bytes, frames, orientation, hasAlpha, depth, space, hasProfile, pages } =
    facts;
  const { exif, ...seen } = analysis;
  return {
    width,
    height,
    format,
    bytes,
    frames,
    ...(pages === undefined ? {} : { pages: pages.length }),
    orientation,
    hasAlpha,
    depth,
    colorSpace: space,
    hasProfile,
    ...seen,
    ...(shown.showsExif ? { exif: exif && shownExif(exif, shown) } : {}),
    ...(shown.faces === undefined ? {} : { faces: shown.faces.map((face) => shownFace(face, facts)) }),
  };
}

function shownExif(exif: ExifFacts, { showsPosition }: { showsPosition: boolean }): object {
  const { position, ...facts } = exif;
  return showsPosition ? exif : facts;
}

/** A box in fractions of the picture's width and height, and in its pixels; it may reach over the edge. */
function shownFace({ left, top, width, height, score }: Face, picture: Size): object {
  return {
    left: rounded(left),
    top: rounded(top),
    width: rounded(width),
    height: rounded(height),
    score: rounded(score),
    pixels: {
      left: Math.round(left * picture.width),
      top: Math.round(top * picture.height),
      width: Math.round(width * picture.width),
      height: Math.round(height * picture.height),
    },
  };
}

function rounded(fraction: number): number {
  return Math.round(fraction * 1e4) / 1e4;
}
