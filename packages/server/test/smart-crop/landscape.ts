import type { Size } from '@images-server/recipe';
import sharp from 'sharp';
import { randomNumbers } from './random.ts';

/**
 * A landscape as a PNG: a sky, a sun, three ridges, trees, red and yellow flowers, and grain at three scales. There is
 * much in it to draw the eye (saturated colours) and much detail (the meadow), and nobody.
 */
export async function landscape(seed: number, { width, height }: Size): Promise<Buffer> {
  const random = randomNumbers(seed);
  const layers = [];
  for (const [cells, alpha] of [
    [8, 25],
    [128, 60],
    [512, 90],
  ] as const) {
    const grid = Uint8Array.from({ length: cells * cells * 4 }, (_, at) =>
      at % 4 === 3 ? alpha : random() * 256,
    );
    const input = await sharp(grid, { raw: { width: cells, height: cells, channels: 4 } })
      .resize(width, height, { fit: 'fill' })
      .raw()
      .toBuffer();
    layers.push({ input, raw: { width, height, channels: 4 as const }, blend: 'soft-light' as const });
  }
  const drawing = Buffer.from(draw(random, { width, height }));
  return sharp(drawing).composite(layers).removeAlpha().png({ compressionLevel: 1 }).toBuffer();
}

function draw(random: () => number, { width, height }: Size): string {
  const horizon = height * (0.35 + random() * 0.3);
  const hue = 180 + random() * 60;
  const ridge = (base: number, rise: number, color: string) => {
    const tops = Array.from(
      { length: 25 },
      (_, index) => `${(width * index) / 24},${base - rise * random()}`,
    );
    return `<polygon points="0,${height} ${tops.join(' ')} ${width},${height}" fill="${color}"/>`;
  };
  const meadow = (depth: number) => horizon + height * depth + (height - horizon) * 0.8 * random();
  const flower = () => {
    const radius = 2 + random() * height * 0.012;
    return `<circle cx="${width * random()}" cy="${meadow(0.2)}" r="${radius}" fill="hsl(${random() * 60 - 20},90%,55%)"/>`;
  };
  const tree = () => {
    const [x, y, tall] = [
      width * random(),
      horizon + height * (0.15 + 0.3 * random()),
      height * (0.05 + 0.15 * random()),
    ];
    return `<polygon points="${x},${y - tall} ${x - tall * 0.3},${y} ${x + tall * 0.3},${y}" fill="hsl(${110 + random() * 40},45%,20%)"/>`;
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${hue},70%,55%)"/><stop offset="1" stop-color="hsl(35,80%,80%)"/></linearGradient>
    <rect width="${width}" height="${height}" fill="url(#sky)"/>
    <circle cx="${width * random()}" cy="${horizon * 0.6 * random()}" r="${height * 0.05}" fill="#fff2c0"/>
    ${ridge(horizon, height * 0.25, 'hsl(220,20%,50%)')}
    ${ridge(horizon + height * 0.1, height * 0.15, `hsl(${100 + random() * 40},25%,35%)`)}
    ${ridge(horizon + height * 0.2, height * 0.1, `hsl(${80 + random() * 40},40%,30%)`)}
    ${Array.from({ length: 60 }, flower).join('')}
    ${Array.from({ length: 14 }, tree).join('')}
  </svg>`;
}
