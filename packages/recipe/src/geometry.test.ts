import { describe, expect, it } from 'vitest';
import { parseCrop } from './crop-text.ts';
import { cropBox, cropSize, resizedSize, rotatedSize } from './geometry.ts';
import { parseGeometry } from './geometry-text.ts';
import type { Size } from './operations/operation.ts';

const size = (text: string): Size => {
  const [width = 0, height = 0] = text.split('x').map(Number);
  return { width, height };
};

describe('resizedSize', () => {
  it.each([
    ['100', '100x75', '100x152', '100x2703'],
    ['x50', '67x50', '33x50', '2x50'],
    ['100x50', '67x50', '33x50', '2x50'],
    ['100x50^', '100x75', '100x152', '100x2703'],
    ['100!', '100x300', '100x457', '100x1000'],
    ['1000x500>', '400x300', '301x457', '19x500'],
    ['1000x50!>', '400x50', '301x50', '37x50'],
    ['1000x50!<', '1000x300', '1000x457', '1000x1000'],
    ['100^', '133x100', '100x152', '100x2703'],
    ['50%', '200x150', '151x229', '19x500'],
    ['x50%', '400x150', '301x229', '37x500'],
    ['10000@', '115x86', '81x123', '19x519'],
    ['1000000@', '1154x866', '811x1232', '192x5198'],
    ['1000000@>', '400x300', '301x457', '37x1000'],
    ['16:9', '400x225', '301x169', '37x21'],
    ['100x50<>', '400x300', '301x457', '37x1000'],
    ['100.5x50.5', '68x51', '34x51', '2x51'],
  ])('gives for %s what ImageMagick does', (geometry, ...after) => {
    const before = ['400x300', '301x457', '37x1000'].map(size);
    expect(before.map((source) => resizedSize(parseGeometry(geometry), source))).toEqual(after.map(size));
  });

  it('computes the other side with the doubles of ImageMagick, not by rounding the product', () => {
    expect(resizedSize(parseGeometry('82'), size('640x480'))).toEqual(size('82x61'));
    expect(resizedSize(parseGeometry('201'), size('200x300'))).toEqual(size('201x301'));
  });

  it('leaves at least one pixel on each side', () => {
    expect(resizedSize(parseGeometry('1%'), size('10x10'))).toEqual(size('1x1'));
    expect(resizedSize(parseGeometry('500@'), size('1000x1'))).toEqual(size('707x1'));
    expect(resizedSize(parseGeometry('.1@'), size('3x3'))).toEqual(size('1x1'));
  });

  it('stays finite for the largest numbers', () => {
    const largest = resizedSize(parseGeometry('999999999999%'), size('16384x16384'));
    expect(largest.width).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe('cropBox', () => {
  it.each([
    // Odd in even: one pixel further right than half of what is left over.
    ['61x40', '100x100', { left: 20, top: 30, width: 61, height: 40 }],
    ['61x41', '101x101', { left: 20, top: 30, width: 61, height: 41 }],
    ['60x40', '101x101', { left: 20, top: 30, width: 60, height: 40 }],
    ['nw10x20', '100x50', { left: 0, top: 0, width: 10, height: 20 }],
    ['n10x20', '100x50', { left: 45, top: 0, width: 10, height: 20 }],
    ['ne10x20', '100x50', { left: 90, top: 0, width: 10, height: 20 }],
    ['w10x20', '100x50', { left: 0, top: 15, width: 10, height: 20 }],
    ['e10x20', '100x50', { left: 90, top: 15, width: 10, height: 20 }],
    ['sw10x20', '100x50', { left: 0, top: 30, width: 10, height: 20 }],
    ['s10x20', '100x50', { left: 45, top: 30, width: 10, height: 20 }],
    ['se10x20', '100x50', { left: 90, top: 30, width: 10, height: 20 }],
    ['se300x20', '100x50', { left: 0, top: 30, width: 100, height: 20 }],
    ['n300x300', '100x50', { left: 0, top: 0, width: 100, height: 50 }],
    // Offsets: inwards from the side that is named, else right and down.
    ['nw10x20+5+7', '100x50', { left: 5, top: 7, width: 10, height: 20 }],
    ['se10x20+5+7', '100x50', { left: 85, top: 23, width: 10, height: 20 }],
    ['10x20+5-7', '100x50', { left: 50, top: 8, width: 10, height: 20 }],
    ['nw10x20-5+40', '100x50', { left: 0, top: 40, width: 5, height: 10 }],
    ['nw10x20+500+0', '100x50', { left: 99, top: 0, width: 1, height: 20 }],
    ['nw10x20-500+0', '100x50', { left: 0, top: 0, width: 1, height: 20 }],
    // Ratios: the largest box.
    ['16:9', '400x300', { left: 0, top: 38, width: 400, height: 225 }],
    ['n1:1', '400x300', { left: 50, top: 0, width: 300, height: 300 }],
    ['e1:2', '400x300', { left: 250, top: 0, width: 150, height: 300 }],
    ['1.5:1', '100x100', { left: 0, top: 17, width: 100, height: 67 }],
    ['1000:1', '10x10', { left: 0, top: 5, width: 10, height: 1 }],
    ['4:3', '400x300', { left: 0, top: 0, width: 400, height: 300 }],
    // Shares of the picture, half up, at least a pixel.
    ['50%x50%', '400x300', { left: 100, top: 75, width: 200, height: 150 }],
    ['nw50%x100', '401x300', { left: 0, top: 0, width: 201, height: 100 }],
    ['se.1x1.0+10+0', '401x300', { left: 351, top: 0, width: 40, height: 300 }],
    ['0.25,0.5,10%x10%', '400x300', { left: 80, top: 135, width: 40, height: 30 }],
    ['0.1%x100%', '100x50', { left: 50, top: 0, width: 1, height: 50 }],
    // Focal points: centred on them, as far as the edges allow.
    ['0.25,0.5,100x100', '400x300', { left: 50, top: 100, width: 100, height: 100 }],
    ['0.9,0.05,100x100', '400x300', { left: 300, top: 0, width: 100, height: 100 }],
    ['0.9,0.05,100x100-10+20', '400x300', { left: 290, top: 20, width: 100, height: 100 }],
    ['0.1,0.1,900x900', '400x300', { left: 0, top: 0, width: 400, height: 300 }],
    ['0.75,0,1:1', '400x300', { left: 100, top: 0, width: 300, height: 300 }],
  ])('cuts %s out of %s', (argument, source, box) => {
    expect(cropBox(parseCrop(argument), size(source))).toEqual(box);
  });
});

describe('cropSize', () => {
  it.each([
    ['smart100x200', '400x300', '100x200'],
    ['smart500x200', '400x300', '400x200'],
    ['entropy16:9', '400x300', '400x225'],
    ['smart50%x900', '400x300', '200x300'],
    ['nw100x100-50+250', '400x300', '50x50'],
  ])('of %s out of %s is %s, without its place', (argument, source, after) => {
    expect(cropSize(parseCrop(argument), size(source))).toEqual(size(after));
  });
});

describe('rotatedSize', () => {
  it.each([
    [0, '400x300', '400x300'],
    [90, '400x300', '300x400'],
    [180, '400x300', '400x300'],
    [270, '400x300', '300x400'],
    [360, '400x300', '400x300'],
    [-90, '400x300', '300x400'],
    [30, '60x40', '74x66'],
    [1, '400x300', '408x308'],
    [45, '400x300', '496x496'],
    [-330, '60x40', '74x66'],
  ])('turns by %d degrees: %s becomes %s', (degrees, before, after) => {
    expect(rotatedSize(degrees, size(before))).toEqual(size(after));
  });
});
