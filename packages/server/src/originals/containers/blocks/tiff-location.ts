import { blankIptcLocation } from './iptc.ts';
import { blankMakerNoteLocation } from './maker-note.ts';
import { blankPhotoshopLocation } from './photoshop.ts';
import { editTiff } from './tiff-edit.ts';
import type { Treatment } from './tiff-plan.ts';
import { blankXmpLocation } from './xmp.ts';

const XMP = 0x02bc;
const IPTC = 0x83bb;
const PHOTOSHOP = 0x8649;
const MAKER_NOTE = 0x927c;

/** By tag; what is not here is kept. */
const TREATMENTS = new Map<number, Treatment>([
  // SubIFDs, GlobalParametersIFD, ExifIFD, InteroperabilityIFD.
  [0x014a, 'follow'],
  [0x0190, 'follow'],
  [0x8769, 'follow'],
  [0xa005, 'follow'],
  // GPS, and where on earth a map lies: GeoTIFF's pixel scale, tie points, transformation, keys.
  [0x8825, 'remove'],
  [0x830e, 'remove'],
  [0x8482, 'remove'],
  [0x85d8, 'remove'],
  [0x87af, 'remove'],
  [0x87b0, 'remove'],
  [0x87b1, 'remove'],
  [XMP, 'edit'],
  [IPTC, 'edit'],
  [PHOTOSHOP, 'edit'],
  [MAKER_NOTE, 'edit'],
]);

/** Frees a TIFF structure of positions and places in place; true where there were any, undefined for no TIFF. */
export function blankTiffLocation(block: Buffer): boolean | undefined {
  return editTiff(
    block,
    (tag) => TREATMENTS.get(tag) ?? 'keep',
    (tag, value) => {
      if (tag === XMP) return blankXmpLocation(value);
      if (tag === IPTC) return blankTiffIptc(value);
      if (tag === PHOTOSHOP) return blankPhotoshopLocation(value);
      return blankMakerNoteLocation(block, value);
    },
  );
}

/** Some writers declare IPTC as 32-bit numbers, which then come in the byte order of the file. */
function blankTiffIptc(value: Buffer): boolean {
  const isSwapped = value.length % 4 === 0 && value[0] !== 0x1c && value[3] === 0x1c;
  if (isSwapped) value.swap32();
  const changed = blankIptcLocation(value);
  if (isSwapped) value.swap32();
  return changed;
}
