import { CROP_ARGUMENT, parseCrop, printCrop } from '../crop-text.ts';
import { type Crop, cropBox } from '../geometry.ts';
import { scaledLength } from '../numbers.ts';
import { defineOperation } from './operation.ts';

export const crop = defineOperation<Crop>({
  name: 'crop',
  summary: 'Cuts a box out of the picture.',
  argument: CROP_ARGUMENT,
  details: `
The box is given in whole pixels, or as a ratio \`<a>:<b>\` (it may have decimals): the largest box of that ratio.

\`<where>\` says where it lies: a gravity (\`nw n ne w c e sw s se\`; without one it is the centre), or a focal point
\`<x>,<y>,\` in fractions 0-1 of width and height, on which the box is centred as far as the edges allow.
In the middle of W pixels a box of w starts at floor(W/2) - floor(w/2); at a focal point p, at floor(p*W) - floor(w/2).

Offsets move the box inwards from a side that \`<where>\` names, else right and down; \`-\` moves it the other way.
What of the box lies outside the picture is cut away: a crop pads nothing and is never an error. Of a box that lies
outside altogether, the nearest row or column of pixels is kept.
`.trim(),
  examples: [
    { recipe: 'crop/300x200', meaning: '300x200 from the centre' },
    { recipe: 'crop/nw300x200', meaning: 'from the left upper corner' },
    { recipe: 'crop/nw300x200+40+20', meaning: 'the same, 40 to the right and 20 down' },
    { recipe: 'crop/16:9', meaning: 'the largest box of 16:9, from the centre' },
    { recipe: 'crop/n1:1', meaning: 'the largest square, at the top' },
    {
      recipe: 'crop/0.3,0.25,400x400',
      meaning: 'around a point at 30 % of the width and 25 % of the height',
    },
  ],
  parse: parseCrop,
  print: printCrop,
  size: (values, before) => {
    const { width, height } = cropBox(values, before);
    return { width, height };
  },
  scale: scaleCrop,
  apply: (canvas, values) => canvas.extract(cropBox(values, canvas)),
});

function scaleCrop(crop: Crop, dpr: number): Crop {
  if (crop.box.kind === 'ratio') return crop;
  const { where, box, offset } = crop;
  return {
    where,
    box: { kind: 'pixels', width: scaledLength(box.width, dpr), height: scaledLength(box.height, dpr) },
    offset: { x: scaledOffset(offset.x, dpr), y: scaledOffset(offset.y, dpr) },
  };
}

function scaledOffset(offset: number, dpr: number): number {
  return offset === 0 ? 0 : Math.sign(offset) * scaledLength(Math.abs(offset), dpr);
}
