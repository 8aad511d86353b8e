import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Convolution } from './layer.ts';
import { type Matrix, packMatrix } from './matrix.ts';

/** The files of the face detector as they lie in its package, not yet understood. */
export interface WeightFiles {
  readonly manifest: Buffer;
  readonly bytes: Buffer;
}

/** What the network multiplies with, 190,000 numbers. */
export interface Weights {
  /** Each halves the picture but for the last. */
  readonly convolutions: readonly Convolution[];
  readonly last: { readonly matrix: Matrix; readonly bias: Float32Array };
}

/** Reads the files, 200 kB. */
export function readWeightFiles(): WeightFiles {
  const { resolve } = createRequire(import.meta.url);
  const model = '@vladmandic/face-api/model/tiny_face_detector_model';
  return {
    manifest: readFileSync(resolve(`${model}-weights_manifest.json`)),
    bytes: readFileSync(resolve(`${model}.bin`)),
  };
}

/** Takes the files apart. Throws where they are not those of the network that is built here. */
export function unpackWeights(files: WeightFiles): Weights {
  const tensors = unpackTensors(files);
  function numbers(name: string, length: number): Float32Array {
    const tensor = tensors.get(name);
    if (tensor?.length === length) return tensor;
    throw new Error(`the face detector's weights have ${tensor?.length ?? 'no'} numbers of ${name}`);
  }
  const separable = (name: string, inputs: number, outputs: number): Convolution => ({
    depthwise: numbers(`${name}/depthwise_filter`, 9 * inputs),
    matrix: packMatrix(numbers(`${name}/pointwise_filter`, inputs * outputs), outputs),
    bias: numbers(`${name}/bias`, outputs),
  });
  return {
    convolutions: [
      {
        depthwise: undefined,
        matrix: packMatrix(numbers('conv0/filters', 9 * 3 * 16), 16),
        bias: numbers('conv0/bias', 16),
      },
      separable('conv1', 16, 32),
      separable('conv2', 32, 64),
      separable('conv3', 64, 128),
      separable('conv4', 128, 256),
      separable('conv5', 256, 512),
    ],
    last: { matrix: packMatrix(numbers('conv8/filters', 512 * 25), 25), bias: numbers('conv8/bias', 25) },
  };
}

/** TensorFlow.js' own format: for each tensor one byte a number, `byte * scale + min`. */
interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly quantization: { readonly scale: number; readonly min: number };
}

function unpackTensors({ manifest, bytes }: WeightFiles): Map<string, Float32Array> {
  // The package is installed in this very version, and the lengths of what comes out are checked.
  const groups = JSON.parse(manifest.toString('utf8')) as readonly { readonly weights: readonly Tensor[] }[];
  const tensors = new Map<string, Float32Array>();
  let offset = 0;
  for (const { name, shape, quantization } of groups.flatMap((group) => group.weights)) {
    const length = shape.reduce((product, side) => product * side, 1);
    const { scale, min } = quantization;
    tensors.set(
      name,
      Float32Array.from(bytes.subarray(offset, offset + length), (byte) => byte * scale + min),
    );
    offset += length;
  }
  return tensors;
}
