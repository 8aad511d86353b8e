import { ON_OFF_ARGUMENT, parseOnOff, printOnOff } from './on-off.ts';
import { defineSetting } from './setting.ts';

export const lossless = defineSetting<boolean>({
  name: 'lossless',
  summary: 'Whether WebP and AVIF keep every pixel as it is.',
  argument: ON_OFF_ARGUMENT,
  details:
    'Exact, at the cost of several times the bytes for photographs, and fewer for drawings; `quality` has no effect then. PNG, GIF and TIFF are lossless anyway, JPEG never is: both ignore it.',
  examples: [{ recipe: 'resize/800x/format/webp/lossless/on', meaning: 'a lossless WebP' }],
  parse: parseOnOff,
  print: printOnOff,
});
