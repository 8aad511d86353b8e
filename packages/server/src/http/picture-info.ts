import type { ExifFacts } from '../render/protocol.ts';
import type { PictureDescription } from '../variants/picture-description.ts';

/** The body of `GET /info`. Sizes are upright and of one frame; colours are sRGB as `#rrggbb`. */
export function pictureInfo(
  { facts, analysis }: PictureDescription,
  shown: { showsExif: boolean; showsPosition: boolean },
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
  };
}

function shownExif(exif: ExifFacts, { showsPosition }: { showsPosition: boolean }): object {
  const { position, ...facts } = exif;
  return showsPosition ? exif : facts;
}
