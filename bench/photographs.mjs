import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

// What a mid-size camera or a phone's upload comes to: 2.8 megapixels, wider than high.
const WIDTH = 2040;
const HEIGHT = 1360;
const MOST = 8;

/**
 * Writes up to eight JPEGs of 2040 x 1360 into a folder and answers their names: from the pictures in `from`, or, without
 * one, pictures with the statistics of photographs: detail at every scale, smooth light, some hard edges.
 * @param {string} into @param {string | undefined} from
 * @returns {Promise<string[]>}
 */
export async function preparePhotographs(into, from) {
  const images = from === undefined ? [1, 2, 3, 4].map(likeAPhotograph) : await chosen(from);
  if (images.length === 0) throw new Error(`there is no picture of ${WIDTH} x ${HEIGHT} or more in ${from}`);
  const names = images.map((_, index) => `photograph-${index}.jpg`);
  for (const [index, name] of names.entries()) {
    await (await images[index])?.jpeg({ quality: 90 }).toFile(path.join(into, name));
  }
  return names;
}

/** @param {string} folder */
async function chosen(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort();
  const images = [];
  for (const file of files.map((name) => path.join(folder, name))) {
    const { width, height } = await sharp(file).metadata();
    if (images.length < MOST && width >= WIDTH && height >= HEIGHT) {
      images.push(sharp(file).autoOrient().resize(WIDTH, HEIGHT, { fit: 'cover' }));
    }
  }
  return images;
}

/**
 * Noise at nine scales, the finer the fainter (the spectrum of natural pictures falls with the frequency), laid over
 * flat shapes.
 * @param {number} seed
 */
async function likeAPhotograph(seed) {
  const random = mulberry32(seed);
  const layers = [];
  for (let cells = 4; cells <= 1024; cells *= 2) {
    const grid = Buffer.from(
      Array.from({ length: cells * cells * 4 }, (_, i) => (i % 4 === 3 ? 60 : random() * 256)),
    );
    const input = await sharp(grid, { raw: { width: cells, height: cells, channels: 4 } })
      .resize(WIDTH, HEIGHT, { fit: 'fill', kernel: 'cubic' })
      .png({ compressionLevel: 1 })
      .toBuffer();
    layers.push({ input, blend: /** @type {'over' | 'soft-light'} */ (cells < 32 ? 'over' : 'soft-light') });
  }
  return sharp(
    await sharp(shapes(random)).composite(layers).removeAlpha().png({ compressionLevel: 1 }).toBuffer(),
  );
}

/** @param {() => number} random */
function shapes(random) {
  const circles = Array.from({ length: 40 }, () => {
    const color = `hsl(${random() * 360},${20 + random() * 50}%,${15 + random() * 70}%)`;
    return `<circle cx="${random() * WIDTH}" cy="${random() * HEIGHT}" r="${20 + random() * 300}" fill="${color}"/>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${circles.join('')}</svg>`,
  );
}

/**
 * Tommy Ettinger's generator (public domain): small, and the same on every machine.
 * @param {number} seed
 */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
