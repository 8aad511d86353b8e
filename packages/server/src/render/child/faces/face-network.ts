import { convolve, emptyLayer, indexIn, type Layer, project } from './layer.ts';
import type { Weights } from './weights.ts';

/** Pixels as the network takes them: RGB, sides that are multiples of 32. */
export interface NetworkInput {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A face that the network believes in; its box is in pixels of the input and may reach beyond it. */
export interface Detection {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** 0 to 1. */
  readonly score: number;
}

/** Sides of the input are multiples of it: five times the picture is halved. */
export const CELL_PX = 32;

/**
 * Tiny YOLO of face-api.js (https://github.com/justadudewhohacks/face-api.js, MIT): for each cell of 32x32 pixels and each
 * of five usual sizes of faces the network says how sure it is that a face of about that size has its centre there, and
 * where exactly. All of at least `minScore`, overlapping ones too.
 */
export function detectFaces(input: NetworkInput, weights: Weights, minScore: number): Detection[] {
  let layer = normalized(input);
  for (const [index, convolution] of weights.convolutions.entries()) {
    layer = convolve(layer, convolution, index === weights.convolutions.length - 1 ? 1 : 2);
  }
  return readDetections(project(layer, weights.last.matrix, weights.last.bias), minScore);
}

/** The mean colour of what the network was trained on. */
const MEAN_COLOR = [117.001, 114.697, 97.404];

function normalized({ width, height, data }: NetworkInput): Layer {
  const layer = emptyLayer(width, height, 3);
  let from = 0;
  for (let y = 0; y < height; y += 1) {
    const first = indexIn(layer, 0, y);
    for (let to = first; to < first + 3 * width; to += 3) {
      for (let color = 0; color < 3; color += 1) {
        layer.data[to + color] = ((data[from] ?? 0) - (MEAN_COLOR[color] ?? 0)) / 255;
        from += 1;
      }
    }
  }
  return layer;
}

/** The usual sizes of faces, in cells. */
const ANCHORS = [
  { width: 1.603231, height: 2.094468 },
  { width: 6.041143, height: 7.080126 },
  { width: 2.882459, height: 3.518061 },
  { width: 4.266906, height: 5.178857 },
  { width: 9.041765, height: 10.66308 },
];
/** x and y of the centre within the cell, width and height as powers, and whether there is a face at all. */
const NUMBERS_PER_ANCHOR = 5;

function readDetections(layer: Layer, minScore: number): Detection[] {
  const found: Detection[] = [];
  for (let y = 0; y < layer.height; y += 1) {
    for (let x = 0; x < layer.width; x += 1) {
      const cell = layer.data.subarray(indexIn(layer, x, y));
      for (const [index, anchor] of ANCHORS.entries()) {
        const [dx = 0, dy = 0, wide = 0, high = 0, face = 0] = cell.subarray(index * NUMBERS_PER_ANCHOR);
        const score = sigmoid(face);
        if (score < minScore) continue;
        const width = Math.exp(wide) * anchor.width * CELL_PX;
        const height = Math.exp(high) * anchor.height * CELL_PX;
        const left = (x + sigmoid(dx)) * CELL_PX - width / 2;
        const top = (y + sigmoid(dy)) * CELL_PX - height / 2;
        found.push({ left, top, width, height, score });
      }
    }
  }
  return found;
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
