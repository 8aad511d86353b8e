import { type Canvas, type Pixels, STAGES } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { hasAlpha } from './pixels/levels.ts';
import { greyPicture, lumaPlane } from './pixels/luma.ts';
import { withRepeatedEdges } from './pixels/repeated-edges.ts';
import { type OneNumber, oneNumber, scaleLength } from './values/one-number.ts';

const WINDOW = { min: 1, max: 51, step: 2 } as const;

export const median = defineFilter<OneNumber>({
  name: 'median',
  summary: 'Removes specks and fine grain, and keeps edges.',
  ...oneNumber({ ...WINDOW, meaning: 'odd side in px' }),
  details: `
Each channel of a pixel becomes the median of that channel in the square of that side around it. Where there is alpha, the
colours are multiplied by it before (\`round(c a / 255)\`) and divided by the new alpha afterwards; alpha becomes its median,
too. The pixels at the edge are repeated outwards. With \`dpr\` the side becomes the nearest odd number.
`.trim(),
  examples: [{ recipe: 'filter/median:5', meaning: 'the median of 5 x 5 pixels' }],
  scale: scaleLength(WINDOW),
  apply: async (canvas, { value }) => {
    if (value === 1) return;
    const pixels = await canvas.pixels();
    const isTranslucent = hasAlpha(pixels);
    const isGrey = pixels.channels < 3;
    if (isTranslucent) multiplyByAlpha(pixels);
    canvas.replace(pixels);
    await takeMedians(canvas, pixels, value);
    const medians = await canvas.pixels();
    if (isTranslucent) divideByAlpha(medians);
    canvas.replace(isGrey ? greyPicture(lumaPlane(medians), medians) : medians);
  },
});

/** sharp refuses a window that is larger than the picture, so a small one gets the margins that count anyway. */
async function takeMedians(canvas: Canvas, pixels: Pixels, sidePx: number): Promise<void> {
  const { width, height } = pixels;
  const isSmall = width < sidePx || height < sidePx;
  const reach = (sidePx - 1) / 2;
  if (isSmall) canvas.replace(withRepeatedEdges(pixels, reach));
  await canvas.filter(STAGES.median, (image) => image.median(sidePx));
  if (isSmall) await canvas.extract({ left: reach, top: reach, width, height });
}

function multiplyByAlpha({ data, channels }: Pixels): void {
  for (let pixel = 0; pixel < data.length; pixel += channels) {
    const alpha = data[pixel + channels - 1] ?? 0;
    for (let at = pixel; at < pixel + channels - 1; at += 1) data[at] = ((data[at] ?? 0) * alpha) / 255 + 0.5;
  }
}

/** No median of the colours is above that of alpha, as no colour was. */
function divideByAlpha({ data, channels }: Pixels): void {
  for (let pixel = 0; pixel < data.length; pixel += channels) {
    const alpha = data[pixel + channels - 1] ?? 0;
    if (alpha === 0) continue;
    for (let at = pixel; at < pixel + channels - 1; at += 1) data[at] = ((data[at] ?? 0) * 255) / alpha + 0.5;
  }
}
