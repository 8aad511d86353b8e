import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankXmpLocation } from './xmp.ts';

const HEAD = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="rdf#"><rdf:Description rdf:about=""
 xmlns:exif="exif/" xmlns:gpsx="urn:maker" xmlns:dc="dc/"`;
const TAIL = '</rdf:Description></rdf:RDF></x:xmpmeta>';

/** The packet afterwards, its runs of spaces made one; undefined where nothing was changed. */
function blanked(text: string, encoding: BufferEncoding = 'utf8'): string | undefined {
  const bytes = Buffer.from(text, encoding);
  const length = bytes.length;
  const changed = blankXmpLocation(bytes);
  expect(bytes.length).toBe(length);
  if (!changed) expect(bytes.equals(Buffer.from(text, encoding))).toBe(true);
  return changed ? bytes.toString(encoding).replace(/ +/g, ' ') : undefined;
}

describe('blankXmpLocation', () => {
  it.each([
    ['an attribute', ` exif:GPSLatitude="52" dc:title='x'>`, ` dc:title='x'>`],
    ['quotes in quotes', ` exif:GPSLatitude='"52"' dc:title="it's">`, ` dc:title="it's">`],
    [
      'an element',
      `><exif:GPSLongitude>13</exif:GPSLongitude><dc:title>x</dc:title>`,
      `> <dc:title>x</dc:title>`,
    ],
    ['an empty element', `><exif:GPSTrack/><dc:title>x</dc:title>`, `> <dc:title>x</dc:title>`],
    ['a place name', ` photoshop:City="x" Iptc4xmpCore:Location="y">`, ` >`],
    ['another maker', ` drone-dji:GpsLongtitude="1" dwc:decimalLatitude="2">`, ` >`],
    ['other spellings of white space', `\n\texif:GPSLatitude\n=\t"52"\n>`, ` \n>`],
    [
      'a structure with elements of the same name inside',
      `><e:LocationShown><rdf:Bag><rdf:li><e:LocationShown/>x</rdf:li></rdf:Bag></e:LocationShown>.`,
      `> .`,
    ],
  ])('blanks %s', (_, inside, left) => {
    expect(blanked(HEAD + inside + TAIL)).toBe(HEAD.replace(/ +/g, ' ') + left + TAIL);
  });

  it.each([
    ['nothing of a place', ` dc:title="x">`],
    ['the words in a text', ` dc:title="GPSLatitude, city, location">`],
    ['the words in comments and CDATA', `><!-- <exif:GPSLatitude> --><![CDATA[<exif:GPSLatitude>]]>`],
    ['the place of the subject in the picture', ` exif:SubjectLocation="10 20">`],
    ['the address of the creator', ` Iptc4xmpCore:CiAdrCity="x">`],
  ])('keeps %s', (_, inside) => {
    expect(blanked(HEAD + inside + TAIL)).toBeUndefined();
  });

  it.each([
    ['a tag that is not closed', `${HEAD} exif:GPSLatitude="52">`],
    ['a quote that is not closed', `${HEAD} exif:GPSLatitude="52>${TAIL}`],
    ['tags closed in another order', `<a><b exif:GPSLatitude="1"></a></b>`],
    ['a document type, which can hide anything', `<!DOCTYPE a [<!ENTITY b "GPSLatitude">]><a>&b;</a>`],
    ['what is no XML', `GPSLatitude=52 <`],
  ])('blanks %s as a whole', (_, text) => {
    expect(blanked(text)).toBe(' ');
  });

  it('blanks UTF-16 as a whole if it may tell a place', () => {
    const bytes = Buffer.from(`${HEAD} exif:GPSLatitude="52">${TAIL}`, 'utf16le');
    expect(blankXmpLocation(bytes)).toBe(true);
    expect(bytes.every((byte) => byte === 0x20)).toBe(true);
    expect(blanked('<a dc:title="x"/>', 'utf16le')).toBeUndefined();
  });

  it('keeps letters beyond ASCII', () => {
    const text = `${HEAD} dc:title="Köln 京都" exif:GPSLatitude="52">${TAIL}\0\0`;
    expect(blanked(text)).toContain('Köln 京都');
  });

  it('law: a second time finds nothing', () => {
    const part = fc.constantFrom(
      '<',
      '>',
      '/',
      '=',
      '"',
      "'",
      ' ',
      'a',
      'GPSx',
      'b:city',
      '<a>',
      '</a>',
      '<GPSx a="b">',
      '</GPSx>',
      '<!--',
      '-->',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const bytes = Buffer.from(parts.join(''));
        blankXmpLocation(bytes);
        expect(blankXmpLocation(bytes)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['<a GPSx="', '<a ', '<!--', '<GPSx ', ' b="c"', '<a>', '\0', '<a GPSx="" '])(
    'takes linear time for a megabyte of %j',
    (piece) => {
      const bytes = Buffer.from(`GPS<a${piece.repeat(Math.ceil(1e6 / piece.length))}`);
      const start = performance.now();
      blankXmpLocation(bytes);
      expect(performance.now() - start).toBeLessThan(3000);
    },
  );
});
