import { describe, expect, it } from 'vitest';
import { installedLibraries, libraryProblems } from './library-versions.ts';

const SAFE = { sharp: '0.35.5', libvips: '8.18.7', libheif: '1.23.5' };

describe('libraryProblems', () => {
  it.each([
    SAFE,
    { sharp: '0.36.0', libvips: '8.19.0', libheif: '1.24.0' },
    { sharp: '1.0.0', libvips: '9.0.0', libheif: '2.0.0' },
    { sharp: '0.35.10', libvips: '8.18.12', libheif: '1.23.15' },
    { ...SAFE, libvips: undefined, libheif: undefined },
  ])('takes sharp $sharp with libvips $libvips and libheif $libheif', (versions) => {
    expect(libraryProblems(versions)).toEqual([]);
  });

  it.each([
    ['sharp', '0.35.4'],
    ['sharp', '0.34.9'],
    ['libvips', '8.18.6'],
    ['libvips', '8.9.9'],
    ['libheif', '1.23.4'],
    ['libheif', '1.3.9'],
    ['libheif', 'unknown'],
  ] as const)('refuses %s %s and names the floor', (name, version) => {
    const problems = libraryProblems({ ...SAFE, [name]: version });
    expect(problems).toEqual([
      { name, given: version, message: expect.any(String), allowed: `${SAFE[name]} or later` },
    ]);
  });
});

describe('installedLibraries', () => {
  it('finds what this repository installs, and it is safe', () => {
    const versions = installedLibraries();
    expect(Object.values(versions)).toEqual([
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
    ]);
    expect(libraryProblems(versions)).toEqual([]);
  });
});
