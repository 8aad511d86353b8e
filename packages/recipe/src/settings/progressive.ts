import { ON_OFF_ARGUMENT, parseOnOff, printOnOff } from './on-off.ts';
import { defineSetting } from './setting.ts';

export const progressive = defineSetting<boolean>({
  name: 'progressive',
  summary: 'Whether the picture appears coarse first and gets finer while it loads.',
  argument: ON_OFF_ARGUMENT,
  details:
    'A progressive JPEG, an interlaced PNG or GIF; the other formats ignore it. JPEGs become a little smaller by it, PNGs larger, and both cost more time. Without it, what the server’s configuration says.',
  examples: [{ recipe: 'resize/1600x/format/jpeg/progressive/on', meaning: 'a progressive JPEG' }],
  parse: parseOnOff,
  print: printOnOff,
});
