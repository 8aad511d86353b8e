import type { Color } from './operations/operation.ts';

/** The grammar of a colour as error messages and docs show it. */
export const COLOR_ARGUMENT = '<rrggbb> or <rrggbbaa>, hex digits without #';

/**
 * Reads `rrggbb` or `rrggbbaa`, in upper or lower case; undefined for anything else. What is wholly transparent has no
 * colour: equal meaning, equal value.
 */
export function readColor(text: string): Color | undefined {
  if (!COLOR.test(text)) return undefined;
  const [r = 0, g = 0, b = 0, alpha = 255] = (text.match(/../g) ?? []).map((pair) =>
    Number.parseInt(pair, 16),
  );
  return alpha === 0 ? { r: 0, g: 0, b: 0, alpha: 0 } : { r, g, b, alpha: alpha / 255 };
}

const COLOR = /^(?:[0-9a-fA-F]{2}){3,4}$/;

/** The canonical spelling: lower case, without `ff` for the alpha of what is opaque. */
export function printColor({ r, g, b, alpha }: Color): string {
  const channels = alpha === 1 ? [r, g, b] : [r, g, b, Math.round(alpha * 255)];
  return channels.map((channel) => channel.toString(16).padStart(2, '0')).join('');
}

/** A colour that was probably meant, as text: `#FFF` is `ffffff`, `0x336699` is `336699`. */
export function nearestColor(text: string): string | undefined {
  const digits = /^(?:#|0x)?([0-9a-f]{3,8})$/i.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const color = readColor(digits.length <= 4 ? digits.replace(/./g, '$&$&') : digits);
  return color && printColor(color);
}
