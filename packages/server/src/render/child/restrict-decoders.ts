import sharp from 'sharp';

/** libvips' names of the decoders that a render process may use, all of them reading from memory only. */
const ALLOWED_DECODERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadHeifBuffer',
  'VipsForeignLoadTiffBuffer',
];

/**
 * Prepares this process's sharp for hostile pictures: only the decoders that are needed (nothing reads a file or a URL
 * that a picture names), one thread per picture (the processes share the cores between them), and no cache of
 * operations (no picture comes twice, and the cache would keep its pixels).
 */
export function restrictDecoders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ALLOWED_DECODERS });
  sharp.concurrency(1);
  sharp.cache(false);
}

/** Lets SVG be drawn from here on; only for a picture that is one, where the server takes it. */
export function unblockSvg(): void {
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
}
