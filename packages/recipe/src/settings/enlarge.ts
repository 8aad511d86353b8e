import { ON_OFF_ARGUMENT, parseOnOff, printOnOff } from './on-off.ts';
import { defineSetting } from './setting.ts';

export const enlarge = defineSetting<boolean>({
  name: 'enlarge',
  summary: 'Whether a step may make the picture larger than it is.',
  argument: ON_OFF_ARGUMENT,
  details: `
With \`off\` no \`resize\`, \`cover\` or \`contain\` enlarges: it is as if \`>\` stood in each of them, and percentages of a
\`resize\` are at most 100. \`contain\` gives its box all the same, \`cover\` less pixels of the same ratio. Steps that add area
(\`pad\`, \`extend\`, \`rotate\`) do so. What holds where the recipe does not say is the server's configuration.
`.trim(),
  examples: [
    { recipe: 'resize/1600x1600/enlarge/off', meaning: 'the same as `resize/1600x1600%3E`' },
    { recipe: 'contain/400x400/enlarge/off', meaning: 'a small picture as it is, in a box of 400x400' },
  ],
  parse: parseOnOff,
  print: printOnOff,
});
