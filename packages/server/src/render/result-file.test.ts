import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { isLengthInFile, leaveInFile, openResultFile, type ResultFile } from './result-file.ts';

let file: ResultFile | undefined;
afterEach(() => {
  file?.close();
  file = undefined;
});

function open(): ResultFile {
  file = openResultFile();
  if (file === undefined) throw new Error('there is no place for a result file here');
  return file;
}

describe('openResultFile', () => {
  it('hands over one result after the other, in memory of their own', () => {
    const { descriptor, read } = open();
    const results = [randomBytes(300_000), randomBytes(20_000), randomBytes(4 * 1024 * 1024)];
    const got = results.map((bytes) => {
      expect(leaveInFile(bytes, descriptor)).toBe(true);
      expect(isLengthInFile(bytes.length)).toBe(true);
      return read(bytes.length);
    });
    for (const [index, bytes] of results.entries()) expect(got[index]?.equals(bytes)).toBe(true);
  });

  it('has no name that could be left behind', () => {
    expect(readlinkSync(`/proc/self/fd/${open().descriptor}`)).toMatch(/ \(deleted\)$/);
  });

  it('gives nothing where there is less than was said', () => {
    const { descriptor, read } = open();
    leaveInFile(randomBytes(20_000), descriptor);
    expect(read(20_001)).toBeUndefined();
  });
});

describe('leaveInFile', () => {
  it.each([0, 16_383, 4 * 1024 * 1024 + 1])('leaves %i bytes to the channel', (length) => {
    expect(leaveInFile(new Uint8Array(length), open().descriptor)).toBe(false);
    expect(isLengthInFile(length)).toBe(false);
  });

  it('leaves all bytes to the channel where they cannot be written', () => {
    const fullDisk = openSync('/dev/full', 'w');
    expect(leaveInFile(new Uint8Array(20_000), fullDisk)).toBe(false);
    closeSync(fullDisk);
  });
});

describe('isLengthInFile', () => {
  it.each([-20_000, 20_000.5, Number.NaN, '20000', null])('is false of %s', (length) => {
    expect(isLengthInFile(length)).toBe(false);
  });
});
