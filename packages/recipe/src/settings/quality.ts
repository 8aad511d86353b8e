import { ArgumentError } from '../errors.ts';
import { defineSetting } from './setting.ts';

const ARGUMENT = '1 to 100, a whole number, or auto';

export const quality = defineSetting<number | 'auto'>({
  name: 'quality',
  summary: 'How much detail a lossy format keeps.',
  argument: ARGUMENT,
  details:
    '1 (smallest) to 100 (best), on the scale of the encoder of the format; lossless formats ignore it. `auto` looks for the smallest file whose luma is as similar to the picture (mean SSIM) as the server’s configuration says: smooth pictures get less than by default, detailed ones more. It costs up to five encodings, once.',
  examples: [
    { recipe: 'quality/70', meaning: 'smaller than by default' },
    { recipe: 'format/webp/quality/90', meaning: 'a WebP of high quality' },
    { recipe: 'resize/800x/quality/auto', meaning: 'as few bytes as look the same' },
  ],
  parse: (argument) => {
    if (argument === 'auto') return argument;
    const value = QUALITY.test(argument) ? Number(argument) : 0;
    if (value < 1 || value > 100) throw new ArgumentError(ARGUMENT, nearestQuality(argument));
    return value;
  },
  print: (value) => String(value),
});

const QUALITY = /^\d{1,16}$/;

/** `0.8` and `80%` probably meant 80, `200` the best there is. */
function nearestQuality(argument: string): string | undefined {
  const value = Number.parseFloat(argument);
  if (Number.isNaN(value)) return argument.toLowerCase() === 'auto' ? 'auto' : undefined;
  return String(Math.min(100, Math.max(1, Math.round(value < 1 && value > 0 ? value * 100 : value))));
}
