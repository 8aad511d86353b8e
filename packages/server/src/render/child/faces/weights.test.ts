import { describe, expect, it } from 'vitest';
import { readWeightFiles, unpackWeights } from './weights.ts';

describe('unpackWeights', () => {
  it('gives a convolution for each halving and one more, each with as many inputs as the one before has outputs', () => {
    const { convolutions, last } = unpackWeights(readWeightFiles());
    expect(convolutions.map(({ matrix }) => matrix.outputs)).toEqual([16, 32, 64, 128, 256, 512]);
    expect(convolutions.slice(1).map(({ matrix }) => matrix.inputs)).toEqual([16, 32, 64, 128, 256]);
    expect([last.matrix.inputs, last.matrix.outputs]).toEqual([512, 25]);
  });

  it('says what is missing in files that are cut off or of another network', () => {
    const files = readWeightFiles();
    const short = { ...files, bytes: files.bytes.subarray(0, 100_000) };
    expect(() => unpackWeights(short)).toThrow(/numbers of conv5/);
    const other = { ...files, manifest: Buffer.from('[{"weights":[]}]') };
    expect(() => unpackWeights(other)).toThrow('no numbers of conv0/filters');
  });
});
