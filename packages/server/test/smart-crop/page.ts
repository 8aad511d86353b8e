import { CROPS, type CropBox, type Evaluation, type Tally, WAYS, type Way } from './evaluate.ts';

const NAMES: Readonly<Record<Way, string>> = {
  face: '`face`',
  smart: '`smart` (attention)',
  entropy: '`entropy`',
  centre: 'centre',
};

/** `docs/smart-crop.md`. */
export function smartCropPage(evaluation: Evaluation): string {
  const { pictures, faces, detected, falselyDetected } = evaluation;
  return `<!-- Written by \`npm run docs:smart-crop\`. -->
# Smart crop

\`crop/face...\` and \`cover/face...\` look for the faces of people and place the box so that they stay whole. How well that
works, against the other ways to place a box, on ${pictures} pictures with ${faces} faces:

${table(evaluation)}

Of ${faces} faces the detector found ${detected} (${percent(detected, faces)}), and took ${falselyDetected} other things for faces.

## How it was measured

- **The pictures.** 36 landscapes of about 600,000 pixels (drawn, with grain, and with red and yellow flowers that draw the
  eye) with one to three heads at known places, from 6 to 40 % of the shorter side; and the six photographs of groups of
  three to five people that the heads were cut from. \`packages/server/test/smart-crop/\` makes them, the same ones each time.
- **The photographs** come with the package of the detector's weights, \`@vladmandic/face-api\` (MIT), whose author took
  them. They are read from there and are not part of this repository.
- **The boxes** are the largest of a ratio, or half of each side. A face counts from the hairline to the chin (22 boxes from
  another, larger network of the same package, each checked by eye). It is whole where 99 % of its area lies in the box. A
  box that is too small for all the faces cannot keep them: what counts is the share of the most that a box of that size
  could have kept.
- **What it does not show.** The detector's boxes were fitted, and its threshold was chosen, with these 22 faces: expect a
  little less of others. The one face in profile was missed. In the six photographs turned by 15, 45 and 90 degrees
  only 19, 13 and 5 faces were found. The smallest face has a thirtieth of the picture's longer side; smaller ones were not
  tried.

## How it works

The detector is the "tiny face detector" of face-api.js: a small neural network, 190,000 weights, computed by 300 lines of our
own (\`packages/server/src/render/child/faces/\`, and why: \`docs/decisions/0012-our-own-face-detector.md\`). It looks at the
upright original twice, at 832 and at 416 px along the longer side: half a second of computing on one core, and some 60 to
100 MB of memory in that render process. What it finds is kept beside the original, or in the cache for a remote picture, so
that a picture is looked at once and all its sizes show the same subject; it is forgotten when the picture is deleted. Of an
animation the first frame counts, of a page that was asked for that page.

Faces follow the steps: what \`resize\`, \`crop\`, \`rotate\`, \`flip\`, \`trim\` or \`pad\` do to the picture is done to their boxes. Of the
places for a box the one is taken where the faces that stay whole weigh the most; the weight of a face is the root of its
area, times the square of the detector's score, times 1 in the middle of the picture down to ½ in a corner. The box is then
centred on these faces, with a quarter of a face around each where there is room. Where no face is found, \`face\` is \`smart\`.
`;
}

function table({ tallies }: Evaluation): string {
  const boxes = CROPS.filter((box) => tallies.has(box));
  const rows = WAYS.map((way) => {
    const cells = boxes.map((box) => wholeShare(tallies.get(box)?.[way]));
    return `| ${NAMES[way]} | ${cells.join(' | ')} | ${wholeShare(sum(boxes, tallies, way))} |`;
  });
  const columns = boxes.map((box) => `\`crop/<where>${box}\``);
  return [
    `| faces that stay whole | ${columns.join(' | ')} | all |`,
    `|---|${'---|'.repeat(boxes.length + 1)}`,
    ...rows,
  ].join('\n');
}

function sum(boxes: readonly CropBox[], tallies: Evaluation['tallies'], way: Way): Tally {
  const total = { whole: 0, possible: 0 };
  for (const box of boxes) {
    total.whole += tallies.get(box)?.[way].whole ?? 0;
    total.possible += tallies.get(box)?.[way].possible ?? 0;
  }
  return total;
}

function wholeShare(tally: Tally | undefined): string {
  return tally === undefined ? '' : percent(tally.whole, tally.possible);
}

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}
