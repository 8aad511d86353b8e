import type { OutputFormat, OutputSettings } from '@images-server/recipe';
import type { InputFormat } from '../render/protocol.ts';
import { chooseFormat } from './choose-format.ts';
import type { Client } from './client.ts';

/** What the choice of a format looks at. */
export interface FormatCase {
  readonly original: InputFormat;
  readonly isAnimated: boolean;
  /** True where the result may have transparent pixels. */
  readonly hasAlpha: boolean;
  /** Pixels of the result; undefined where only the render tells. */
  readonly resultPixels: number | undefined;
  /** Most pixels of an AVIF that nobody named; 0 for none. */
  readonly avifMaxPixels: number;
}

export interface SettledFormat {
  readonly format: OutputFormat;
  /** Why it is this one. */
  readonly by: 'recipe' | 'client' | 'configuration' | 'original';
}

/**
 * Settles the format: what the recipe names, else what the configuration says. A configured format that cannot hold the
 * picture (its transparency, its frames, its size) gives way to the original's own.
 */
export function settleFormat(
  settings: OutputSettings,
  choice: {
    case: FormatCase;
    client: Pick<Client, 'accepted'>;
    defaultFormat: OutputFormat | 'original' | 'auto';
  },
): SettledFormat {
  const asked = settings.format ?? choice.defaultFormat;
  const native = nativeFormat(choice.case);
  if (asked === 'auto')
    return { format: chooseFormat(choice.client.accepted, { native, ...choice.case }), by: 'client' };
  if (settings.format !== undefined && settings.format !== 'auto')
    return { format: settings.format, by: 'recipe' };
  return asked === 'original' || !holds(asked, choice.case)
    ? { format: native, by: 'original' }
    : { format: asked, by: 'configuration' };
}

/** The original's own format, or the nearest that browsers show and that is made in time. */
function nativeFormat(picture: FormatCase): OutputFormat {
  const { original, hasAlpha } = picture;
  if (original === 'tiff') return hasAlpha ? 'png' : 'jpeg';
  if (original === 'svg') return 'png';
  if (original === 'avif') return isWithinBudget(picture) ? 'avif' : 'webp';
  return original;
}

function holds(format: OutputFormat, picture: FormatCase): boolean {
  if (picture.isAnimated) return format === 'webp' || format === 'gif';
  if (format === 'avif') return isWithinBudget(picture);
  return !picture.hasAlpha || format !== 'jpeg';
}

function isWithinBudget({ resultPixels, avifMaxPixels }: FormatCase): boolean {
  return resultPixels !== undefined && resultPixels <= avifMaxPixels;
}
