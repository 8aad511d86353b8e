const UNITS = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** Bytes of `count` kilobytes, megabytes or gigabytes (of 1,024). */
export function bytesOf(count: number, unit: keyof typeof UNITS): number {
  return count * UNITS[unit];
}

/** Reads `1500`, `64kb`, `20mb` or `10gb` (of 1,024, either case); undefined for anything else, or above 2^53 - 1. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,16})(kb|mb|gb)?$/i.exec(text);
  if (match === null) return undefined;
  const unit = match[2]?.toLowerCase();
  const factor = unit === 'kb' || unit === 'mb' || unit === 'gb' ? UNITS[unit] : 1;
  const bytes = Number(match[1]) * factor;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Prints bytes (a whole number) in the largest unit that needs no fraction: `20mb`; `parseByteSize` reads it back. */
export function printByteSize(bytes: number): string {
  if (bytes === 0) return '0';
  if (bytes % UNITS.gb === 0) return `${bytes / UNITS.gb}gb`;
  if (bytes % UNITS.mb === 0) return `${bytes / UNITS.mb}mb`;
  return bytes % UNITS.kb === 0 ? `${bytes / UNITS.kb}kb` : String(bytes);
}
