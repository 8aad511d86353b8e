import type { Size, Transparency } from './operations/operation.ts';

/** What a step that adds area leaves: transparent pixels, unless there is an opaque background to fill it with. */
export function withNewArea(known: Transparency): Transparency {
  const { hasAlpha, background } = known;
  return { background, hasAlpha: hasAlpha || background === undefined || background.alpha < 1 };
}

/** The same for a step that lays the picture into a box, which it may fill; undefined where only the pixels tell. */
export function withAreaAround(
  known: Transparency,
  sizes: { readonly picture: Size | undefined; readonly box: Size | undefined },
): Transparency {
  const { picture, box } = sizes;
  const isFilled = picture !== undefined && picture.width === box?.width && picture.height === box.height;
  return isFilled ? known : withNewArea(known);
}
