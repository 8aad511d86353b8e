const TAG_MARK = 0x1c;
const APPLICATION_RECORD = 2;

/** Content location code and name, city, sublocation, province or state, country code, country name (IIM 4.2). */
const LOCATION_DATASETS = new Set([26, 27, 90, 92, 95, 100, 101]);

/**
 * Takes the location datasets out of an IPTC-IIM block; true where there was one. The others move up and zeros fill
 * the end, as writers pad such blocks themselves, so that its length stays.
 */
export function blankIptcLocation(iptc: Buffer): boolean {
  let from = 0;
  let to = 0;
  while (from < iptc.length) {
    const end = datasetEnd(iptc, from);
    if (end === undefined) break;
    const isLocation = iptc[from + 1] === APPLICATION_RECORD && LOCATION_DATASETS.has(iptc[from + 2] ?? 0);
    if (!isLocation) {
      if (to !== from) iptc.copyWithin(to, from, end);
      to += end - from;
    }
    from = end;
  }
  if (to === from) return false;
  iptc.copyWithin(to, from);
  iptc.fill(0, iptc.length - (from - to));
  return true;
}

function datasetEnd(iptc: Buffer, at: number): number | undefined {
  if (at + 5 > iptc.length || iptc[at] !== TAG_MARK) return undefined;
  const size = iptc.readUInt16BE(at + 3);
  const end = size < 0x8000 ? at + 5 + size : longDatasetEnd(iptc, at + 5, size - 0x8000);
  return end !== undefined && end <= iptc.length ? end : undefined;
}

/** A dataset over 32,767 bytes says first in how many bytes its length is written. */
function longDatasetEnd(iptc: Buffer, at: number, lengthBytes: number): number | undefined {
  if (lengthBytes < 1 || lengthBytes > 4 || at + lengthBytes > iptc.length) return undefined;
  return at + lengthBytes + iptc.readUIntBE(at, lengthBytes);
}
