import { blankXmpLocation } from './blocks/xmp.ts';
import { cutAfter } from './padding.ts';
import { createSplicer } from './splicer.ts';

const NOTHING = Buffer.alloc(0);
const HEADER_BYTES = 13;
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
const APPLICATION_NAME_BYTES = 11;

/** Applications that say how the picture is shown: how often it plays, and its colours. */
const SHOWN = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012']);
const XMP = 'XMP DataXMP';

/**
 * XMP is not in sub-blocks but plain text, at the end of which these bytes lead readers that do not know it to a zero,
 * wherever its letters, taken for lengths, have led them (XMP specification, part 3, section 1.1.2).
 */
const XMP_GUIDE = Buffer.from([0x01, ...Array.from({ length: 256 }, (_, index) => 255 - index), 0x00]);

/** A GIF without metadata: comments and all applications but those that say how it is shown go. */
export function stripGif(bytes: Buffer): Buffer {
  return editExtensions(bytes, ({ label, application }) => {
    const isMetadata = label === COMMENT || (label === APPLICATION && !SHOWN.has(application));
    return isMetadata ? NOTHING : undefined;
  });
}

/** A GIF without positions and places, which only XMP can hold. */
export function stripGifLocation(bytes: Buffer): Buffer {
  return editExtensions(bytes, ({ application, start, end }) => {
    if (application !== XMP) return undefined;
    const copy = Buffer.from(bytes.subarray(start, end));
    const isGuided = copy.subarray(-XMP_GUIDE.length).equals(XMP_GUIDE);
    const packet = copy.subarray(3 + APPLICATION_NAME_BYTES, isGuided ? -XMP_GUIDE.length : undefined);
    if (!blankXmpLocation(packet)) return undefined;
    // Without the guide, what is blank now may have been lengths of sub-blocks.
    return isGuided ? copy : NOTHING;
  });
}

interface Extension {
  readonly label: number;
  /** Empty for extensions that are no application's. */
  readonly application: string;
  readonly start: number;
  readonly end: number;
}

/** Replaces the extensions for which `edit` gives other bytes; what follows the trailer goes. */
function editExtensions(bytes: Buffer, edit: (extension: Extension) => Buffer | undefined): Buffer {
  const splicer = createSplicer(bytes);
  let at = HEADER_BYTES + colourTableBytes(bytes[10] ?? 0);
  for (;;) {
    const introducer = bytes[at];
    if (introducer === EXTENSION) {
      const extension = readExtension(bytes, at);
      const replacement = edit(extension);
      if (replacement !== undefined) splicer.replace(at, extension.end, replacement);
      at = extension.end;
    } else if (introducer === IMAGE) {
      at = skipSubBlocks(bytes, at + 11 + colourTableBytes(bytes[at + 9] ?? 0));
    } else break;
  }
  if (bytes[at] === TRAILER) {
    const cut = cutAfter(bytes, at + 1);
    if (cut < bytes.length) splicer.replace(cut, bytes.length, NOTHING);
  }
  return splicer.finish();
}

function readExtension(bytes: Buffer, at: number): Extension {
  const label = bytes[at + 1] ?? 0;
  const isApplication = label === APPLICATION && bytes[at + 2] === APPLICATION_NAME_BYTES;
  const application = isApplication ? bytes.toString('latin1', at + 3, at + 3 + APPLICATION_NAME_BYTES) : '';
  return { label, application, start: at, end: skipSubBlocks(bytes, at + 2) };
}

/** The flags that tell of a colour table say its size too. */
function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1);
}

function skipSubBlocks(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
  return Math.min(at + 1, bytes.length);
}
