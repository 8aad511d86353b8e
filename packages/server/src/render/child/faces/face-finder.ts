import type { Face, Pixels, Size } from '@images-server/recipe';
import { createCanvas } from '../canvas.ts';
import type { Pass } from '../pass.ts';
import { CELL_PX, type Detection, detectFaces, type NetworkInput } from './face-network.ts';
import { unpackWeights, type WeightFiles, type Weights } from './weights.ts';

/** The faces in what a pass results in, in fractions (0-1) of its width and height, the surest first. */
export type FindFaces = (pass: Pass) => Promise<readonly Face[]>;

/**
 * Creates the finder. The files are unpacked when it is first used, which takes some 20 ms; looking at a picture takes
 * about half a second of computing, whatever its size.
 */
export function createFaceFinder(files: WeightFiles): FindFaces {
  let weights: Weights | undefined;

  return async function findFaces(pass) {
    weights ??= unpackWeights(files);
    const found: Face[] = [];
    // Reduced first and then once more: the original is decoded once.
    const canvas = createCanvas(pass);
    await canvas.flatten(BEHIND);
    const whole = { width: canvas.width, height: canvas.height };
    for (const longerSidePx of inputSides(whole)) {
      const size = scaledTo(longerSidePx, whole);
      await canvas.resample(size);
      const detections = detectFaces(networkInput(await canvas.pixels()), weights, MIN_SCORE);
      found.push(...detections.map((detection) => asFace(detection, size)));
    }
    return withoutRepeats(found);
  };
}

/** Behind what is transparent. */
const BEHIND = { r: 128, g: 128, b: 128, alpha: 1 };

/**
 * Measured on 42 pictures with 94 faces (see `docs/smart-crop.md`): of those above this score 2 were none, and 6 % of the
 * faces were below it.
 */
const MIN_SCORE = 0.4;

/** Small faces are found in the larger one, those that fill the picture in the smaller one. */
const INPUT_SIDES_PX = [832, 416];

function inputSides({ width, height }: Size): number[] {
  const smallest = Math.min(...INPUT_SIDES_PX);
  const side = Math.max(smallest, width, height);
  return INPUT_SIDES_PX.filter((sidePx) => sidePx === smallest || side > smallest).map((sidePx) =>
    Math.min(sidePx, side),
  );
}

function scaledTo(longerSidePx: number, { width, height }: Size): Size {
  const scale = longerSidePx / Math.max(width, height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** Three channels, and black at the right and at the bottom, as in the training. */
function networkInput({ data, width, height, channels }: Pixels): NetworkInput {
  const input = {
    width: Math.ceil(width / CELL_PX) * CELL_PX,
    height: Math.ceil(height / CELL_PX) * CELL_PX,
  };
  const colors = new Uint8Array(input.width * input.height * 3);
  const isGrey = channels < 3;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * channels;
      const to = (y * input.width + x) * 3;
      for (let color = 0; color < 3; color += 1) colors[to + color] = data[from + (isGrey ? 0 : color)] ?? 0;
    }
  }
  return { ...input, data: colors };
}

/**
 * The network's boxes lie around eyes, nose and mouth, wide and low. Measured against boxes drawn from the hairline to
 * the chin they are 0.19 of their width too wide on each side and begin and end 0.15 of their height too low; the edges
 * that come out are right to a fifth of the face.
 */
function asFace({ left, top, width, height, score }: Detection, { width: across, height: down }: Size): Face {
  return {
    left: (left + 0.19 * width) / across,
    top: (top - 0.15 * height) / down,
    width: (0.62 * width) / across,
    height: height / down,
    score,
  };
}

/** Of faces that lie more than half in each other the surest is left. */
function withoutRepeats(found: readonly Face[]): Face[] {
  const kept: Face[] = [];
  for (const face of found.toSorted((first, second) => second.score - first.score)) {
    if (!kept.some((other) => sharedPart(face, other) > 0.5)) kept.push(face);
  }
  return kept;
}

/** The part of the smaller one, 0-1. */
function sharedPart(first: Face, second: Face): number {
  const width = sharedLength(first.left, first.width, second.left, second.width);
  const height = sharedLength(first.top, first.height, second.top, second.height);
  const smaller = Math.min(first.width * first.height, second.width * second.height);
  return (width * height) / smaller;
}

function sharedLength(first: number, firstLength: number, second: number, secondLength: number): number {
  return Math.max(0, Math.min(first + firstLength, second + secondLength) - Math.max(first, second));
}
