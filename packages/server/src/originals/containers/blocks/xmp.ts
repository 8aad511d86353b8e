import type { Interval } from '../intervals.ts';

/** Loose: what does not match it holds no location in any spelling. */
const LOCATION_WORD = /gps|latitude|longitude|altitude|location|city|state|country|worldregion/i;

/** Local names of location properties: EXIF's, IPTC Core's and Extension's, Photoshop's, drone makers'. */
const LOCATION_NAME =
  /^gps|latitude|longitude|altitude|location|^(?:city|(?:province)?state|country(?:code|name)?|worldregion)$/i;

const ATTRIBUTE = /\s+([^\s=/>"'<]+)\s*=\s*(?:"[^"]*"|'[^']*')/y;
const TAG_NAME = /[^\s=/>"'<]+/y;
const TAG_END = /\s*(\/?)>/y;

/**
 * Overwrites the location properties of an XMP packet with spaces, so that its length stays; true where there was one.
 * A packet that is not plain UTF-8 XML but may hold a location becomes all spaces.
 */
export function blankXmpLocation(xmp: Buffer): boolean {
  const text = xmp.toString('latin1', 0, lengthWithoutZeros(xmp));
  const isWide = text.includes('\0');
  if (!LOCATION_WORD.test(isWide ? text.replaceAll('\0', '') : text)) return false;
  const properties = isWide ? undefined : findLocationProperties(text);
  for (const { start, end } of properties ?? [{ start: 0, end: xmp.length }]) xmp.fill(0x20, start, end);
  return properties === undefined || properties.length > 0;
}

/** Writers pad packets with zeros; a zero before the last letter means UTF-16 or UTF-32. */
function lengthWithoutZeros(bytes: Buffer): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return length;
}

/** Where the elements and attributes are that tell a location; undefined for what is not well-formed. */
function findLocationProperties(text: string): Interval[] | undefined {
  const found: Interval[] = [];
  const open: string[] = [];
  let property: { start: number; depth: number } | undefined;
  let at = text.indexOf('<');
  while (at !== -1) {
    const tag = readTag(text, at);
    if (tag === undefined) return undefined;
    if (tag.kind === 'start') {
      if (property === undefined && isLocation(tag.name)) property = { start: at, depth: open.length };
      if (property === undefined) for (const location of tag.locations) found.push(location);
      open.push(tag.name);
    }
    if (tag.kind === 'end' && open.at(-1) !== tag.name) return undefined;
    if (tag.kind === 'end' || (tag.kind === 'start' && tag.isEmpty)) open.pop();
    if (property !== undefined && open.length === property.depth) {
      found.push({ start: property.start, end: tag.end });
      property = undefined;
    }
    at = text.indexOf('<', tag.end);
  }
  return open.length === 0 ? found : undefined;
}

type Tag =
  | { kind: 'start'; name: string; end: number; isEmpty: boolean; locations: Interval[] }
  | { kind: 'end'; name: string; end: number }
  | { kind: 'other'; end: number };

function readTag(text: string, at: number): Tag | undefined {
  if (text.startsWith('<?', at)) return readUpTo(text, at, '?>');
  if (text.startsWith('<!--', at)) return readUpTo(text, at, '-->');
  if (text.startsWith('<![CDATA[', at)) return readUpTo(text, at, ']]>');
  // A document type can define entities, and with them hide anything.
  if (text.startsWith('<!', at)) return undefined;
  const isEnd = text.startsWith('</', at);
  const name = match(TAG_NAME, text, at + (isEnd ? 2 : 1));
  if (name === undefined) return undefined;
  return isEnd ? readEndTag(text, name) : readStartTag(text, name);
}

function readUpTo(text: string, at: number, mark: string): Tag | undefined {
  const found = text.indexOf(mark, at);
  return found === -1 ? undefined : { kind: 'other', end: found + mark.length };
}

function readEndTag(text: string, name: RegExpExecArray): Tag | undefined {
  const end = match(TAG_END, text, name.index + name[0].length);
  if (end === undefined || end[1] === '/') return undefined;
  return { kind: 'end', name: name[0], end: end.index + end[0].length };
}

function readStartTag(text: string, name: RegExpExecArray): Tag | undefined {
  const locations: Interval[] = [];
  let at = name.index + name[0].length;
  for (;;) {
    const attribute = match(ATTRIBUTE, text, at);
    if (attribute === undefined) break;
    at += attribute[0].length;
    if (isLocation(attribute[1] ?? '')) locations.push({ start: attribute.index, end: at });
  }
  const end = match(TAG_END, text, at);
  if (end === undefined) return undefined;
  return { kind: 'start', name: name[0], end: at + end[0].length, isEmpty: end[1] === '/', locations };
}

function isLocation(name: string): boolean {
  if (name.startsWith('xmlns:')) return false;
  const local = name.slice(name.indexOf(':') + 1);
  // Where in the picture its subject is, not where on earth.
  return local !== 'SubjectLocation' && LOCATION_NAME.test(local);
}

function match(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(text) ?? undefined;
}
