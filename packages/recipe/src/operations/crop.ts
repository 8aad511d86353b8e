import { CROP_ARGUMENT, parseCrop, printCrop } from '../crop-text.ts';
import { type Crop, cropBox, cropSize, type Side } from '../geometry.ts';
import { scaledLength, scaledOffset } from '../numbers.ts';
import { placeBox } from '../place-box.ts';
import { defineOperation } from './operation.ts';

export const crop = defineOperation<Crop>({
  name: 'crop',
  summary: 'Cuts a box out of the picture.',
  argument: CROP_ARGUMENT,
  details: `
The box is given by its sides, or as a ratio \`<a>:<b>\` (it may have decimals): the largest box of that ratio. A side is a
whole number of pixels, or a percentage of the picture's side, above 0 and at most 100: \`50%x100%\`, \`50%x300\`. A number
with a point, at most 1, is a fraction of it: \`.5x1.0\` is \`50%x100%\`. p percent of W are floor(p*W/100 + 0.5) pixels, at
least 1.

\`<where>\` says where it lies:

| where | the box |
|---|---|
| \`nw n ne w c e sw s se\` | at that side or corner; without one it is \`c\`, the centre |
| \`<x>,<y>,\` | centred on that point, as far as the edges allow; fractions 0-1 of width and height |
| \`smart\` | where the eye goes: skin, saturated colours and edges are looked for |
| \`entropy\` | where the most detail is |
| \`face\` | where the faces of people are; where there is none, as \`smart\` |

In the middle of W pixels a box of w starts at floor(W/2) - floor(w/2); at a focal point p, at floor(p*W) - floor(w/2).
With \`smart\`, \`entropy\` and \`face\` the first frame of an animation decides for all.

\`face\` places the box so that as much as it can hold of the faces stays whole, larger ones and those in the middle of the
picture first, with the faces in the middle of the box. A face counts from the hairline to the chin, a quarter of that
around it is kept too where there is room. They are looked for once in the original, upright and whole; steps before this
one move them along.

Offsets, in pixels, move the box inwards from a side that \`<where>\` names, else right and down; \`-\` moves it the other way.
\`smart\`, \`entropy\` and \`face\` take none. What of the box lies outside the picture is cut away: a crop pads nothing and is never an
error. Of a box that lies outside altogether, the nearest row or column of pixels is kept.

\`dpr\` multiplies sides and offsets in pixels, but neither percentages nor ratios.
`.trim(),
  examples: [
    { recipe: 'crop/300x200', meaning: '300x200 from the centre' },
    { recipe: 'crop/nw300x200', meaning: 'from the left upper corner' },
    { recipe: 'crop/nw300x200+40+20', meaning: 'the same, 40 to the right and 20 down' },
    { recipe: 'crop/16:9', meaning: 'the largest box of 16:9, from the centre' },
    { recipe: 'crop/n1:1', meaning: 'the largest square, at the top' },
    { recipe: 'crop/n100%25x50%25', meaning: 'the upper half' },
    { recipe: 'crop/smart1:1', meaning: 'the largest square, where the eye goes' },
    { recipe: 'crop/face16:9', meaning: 'the largest box of 16:9 that has the faces in it' },
    {
      recipe: 'crop/0.3,0.25,400x400',
      meaning: 'around a point at 30 % of the width and 25 % of the height',
    },
  ],
  parse: parseCrop,
  print: printCrop,
  size: cropSize,
  scale: scaleCrop,
  needsFaces: ({ where }) => where.kind === 'face',
  apply: async (canvas, crop) => {
    const box = cropBox(crop, canvas) ?? (await placeBox(canvas, crop.where, cropSize(crop, canvas)));
    await canvas.extract(box);
  },
});

function scaleCrop(crop: Crop, dpr: number): Crop {
  const { where, box, offset } = crop;
  if (box.kind === 'ratio') return crop;
  return {
    where,
    box: { kind: 'sides', width: scaledSide(box.width, dpr), height: scaledSide(box.height, dpr) },
    offset: { x: scaledOffset(offset.x, dpr), y: scaledOffset(offset.y, dpr) },
  };
}

function scaledSide({ unit, value }: Side, dpr: number): Side {
  return { unit, value: unit === 'px' ? scaledLength(value, dpr) : value };
}
