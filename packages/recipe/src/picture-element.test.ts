import { describe, expect, it } from 'vitest';
import { pictureElement, srcsetText } from './picture-element.ts';

describe('srcsetText', () => {
  it('lists addresses and widths', () => {
    expect(
      srcsetText([
        { url: '/a', width: 100 },
        { url: '/b?c,d', width: 200 },
      ]),
    ).toBe('/a 100w, /b?c,d 200w');
  });
});

describe('pictureElement', () => {
  it('has the sources in order, then the img', () => {
    const html = pictureElement({
      sources: [
        { type: 'image/avif', srcset: '/a 1w' },
        { type: 'image/webp', srcset: '/w 1w' },
      ],
      img: { src: '/j', srcset: '/j 1w', width: 3, height: 2 },
      sizes: '100vw',
      alt: '',
    });
    expect(html).toBe(
      '<picture><source type="image/avif" srcset="/a 1w" sizes="100vw">' +
        '<source type="image/webp" srcset="/w 1w" sizes="100vw">' +
        '<img src="/j" srcset="/j 1w" sizes="100vw" width="3" height="2" alt=""></picture>',
    );
  });

  it('escapes whatever could end an attribute or begin a tag', () => {
    const html = pictureElement({
      sources: [],
      img: { src: '/external?url=x&operations=y', srcset: '' },
      sizes: '"><script>',
      alt: `<b>'&"`,
    });
    expect(html).toBe(
      '<picture><img src="/external?url=x&amp;operations=y" srcset="" sizes="&quot;&gt;&lt;script&gt;" alt="&lt;b&gt;&#39;&amp;&quot;"></picture>',
    );
  });
});
