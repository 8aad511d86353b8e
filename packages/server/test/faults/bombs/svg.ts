/** Stands in them for the address of an origin that must not be asked. */
export const SVG_CANARY = 'http://canary.example';

/** Texts that keep renderers of SVG busy for seconds to minutes, or have them fetch. */
export const SVG_BOMBS: Readonly<Record<string, string>> = {
  feMorphology: svg(
    '<filter id="f"><feTurbulence baseFrequency=".1"/><feMorphology operator="dilate" radius="400"/></filter>' +
      '<rect width="4000" height="4000" filter="url(#f)"/>',
  ),
  'nested use': svg(
    `<g id="a0"><rect width="1" height="1"/></g>${Array.from({ length: 20 }, (_, level) => {
      const use = `<use href="#a${level}"/>`;
      return `<g id="a${level + 1}">${use.repeat(4)}</g>`;
    }).join('')}<use href="#a20"/>`,
  ),
  script: svg('<script>alert(1)</script>'),
  'external picture': svg(`<image href="${SVG_CANARY}/picture.png" width="10" height="10"/>`),
  'local picture': svg('<image href="file:///etc/passwd" width="10" height="10"/>'),
  'external style': `<?xml-stylesheet href="${SVG_CANARY}/style.css"?>${svg(`<style>@import "${SVG_CANARY}/a.css";</style>`)}`,
  'external use': svg(`<use href="${SVG_CANARY}/drawing.svg#a"/>`),
  inclusion: svg(
    '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
  ),
  entity: `<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg('<text>&x;</text>')}`,
};

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="4000">${content}</svg>`;
}
