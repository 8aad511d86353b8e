import { ServiceError } from '../errors.ts';
import type { InputFormat, PictureFacts } from '../render/protocol.ts';

/** What one upload may be and becomes, within what the server takes at all. */
export interface UploadTerms {
  readonly maxBytes?: number | undefined;
  /** At least one. */
  readonly formats?: readonly InputFormat[] | undefined;
  /** A recipe's text. What it makes of the upload is stored, and the upload itself is not. */
  readonly recipe?: string | undefined;
}

/** Throws `unsupported_format` for what is a picture, but not of a format that the terms name. */
export function assertFormat({ format }: PictureFacts, { formats }: UploadTerms): void {
  if (formats === undefined || formats.includes(format)) return;
  throw new ServiceError(
    'unsupported_format',
    `the picture is ${format}; here only ${formats.join(', ')} is taken`,
  );
}
