/** One address of a picture, and how wide the picture is, in pixels. */
export interface SrcsetCandidate {
  readonly url: string;
  readonly width: number;
}

/** The value of a `srcset` attribute, not yet escaped. A URL has neither white space nor a comma at its ends. */
export function srcsetText(candidates: readonly SrcsetCandidate[]): string {
  return candidates.map(({ url, width }) => `${url} ${width}w`).join(', ');
}

export interface PictureElement {
  /** The same picture in formats that not every browser shows, the best first. */
  readonly sources: readonly { readonly type: string; readonly srcset: string }[];
  /** What every browser shows. `width` and `height` (pixels) reserve its place on the page. */
  readonly img: {
    readonly src: string;
    readonly srcset: string;
    readonly width?: number | undefined;
    readonly height?: number | undefined;
  };
  /** How wide the picture is on the page: `100vw`, `(min-width: 60em) 50vw, 100vw`. */
  readonly sizes: string;
  readonly alt: string;
}

/** The HTML of a `<picture>`; every value is escaped. */
export function pictureElement({ sources, img, sizes, alt }: PictureElement): string {
  const tags = sources.map(({ type, srcset }) => tag('source', { type, srcset, sizes }));
  const { src, srcset, width, height } = img;
  return `<picture>${tags.join('')}${tag('img', { src, srcset, sizes, width, height, alt })}</picture>`;
}

function tag(name: string, attributes: Readonly<Record<string, string | number | undefined>>): string {
  const texts = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  return `<${name}${texts.join('')}>`;
}

/** For an attribute's value in double quotes; `<` and `>` too, for whoever looks for tags with less than a parser. */
function escaped(text: string): string {
  return text.replace(/[&"'<>]/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
};
