import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { watermark } from './watermark.ts';

const HASH = '00112233445566778899aabbccddeeff00112233';

describe('watermark', () => {
  it.each([
    ['', ['', ',c', ',opacity:100', ',offset:0x0', ',offset:-0x0%', ',0.5,.5', ',c,opacity:100.0']],
    [',se', [',se', ',1,1', ',1.0,1']],
    [',0.25,0.75', [',0.25,0.75', ',.25,.750']],
    [
      ',nw,offset:10x5%,scale:20%,opacity:50,tile:4x0',
      [
        ',nw,offset:10x5%,scale:20%,opacity:50,tile:4x0',
        ',tile:4x0%,opacity:050,scale:20.0%,offset:+10x.05,0,0',
      ],
    ],
    [',tile', [',tile', ',tile:0x0']],
  ])('prints <hash>%s for every spelling of it', (canonical, spellings) => {
    const printed = spellings.map((options) => watermark.print(watermark.parse(HASH + options)));
    expect(new Set(printed)).toEqual(new Set([HASH + canonical]));
  });

  it.each([
    '',
    'se',
    HASH.slice(1),
    HASH.toUpperCase(),
    `${HASH},`,
    `${HASH},x`,
    `${HASH},se,nw`,
    `${HASH},smart`,
    `${HASH},0.5`,
    `${HASH},2,0`,
    `${HASH},offset:10`,
    `${HASH},offset:10x10x10`,
    `${HASH},offset:1.5x1.5px`,
    `${HASH},offset:1x1,offset:1x1`,
    `${HASH},scale:0%`,
    `${HASH},scale:101%`,
    `${HASH},scale:20`,
    `${HASH},opacity:101`,
    `${HASH},opacity:-1`,
    `${HASH},opacity`,
    `${HASH},tile:-1x0`,
    `${HASH},tile:5`,
    `${HASH},colour:ffffff`,
  ])('refuses %j', (argument) => {
    expect(() => watermark.parse(argument)).toThrow(ArgumentError);
  });

  it.each([
    [`${HASH.toUpperCase()}, SE, offset:10pxx20px`, `${HASH},se,offset:10x20`],
    [`${HASH},opacty:50%`, `${HASH},opacity:50`],
    [`${HASH},Scale=20`, `${HASH},scale:20%`],
    [`${HASH},upper left`, undefined],
  ])('suggests for %j %j', (argument, suggestion) => {
    expect(() => watermark.parse(argument)).toThrow(expect.objectContaining({ suggestion }));
  });

  it('keeps the size and names the picture that it needs', () => {
    const values = watermark.parse(`${HASH},scale:50%`);
    expect(watermark.size(values, { width: 4, height: 3 })).toEqual({ width: 4, height: 3 });
    expect(watermark.overlays?.(values)).toEqual([HASH]);
  });

  it('scales what is given in pixels', () => {
    const values = watermark.parse(`${HASH},se,offset:-10x5%,scale:20%,tile:3x1%`);
    expect(watermark.print(watermark.scale?.(values, 1.5) ?? {})).toBe(
      `${HASH},se,offset:-15x5%,scale:20%,tile:5x1%`,
    );
  });
});
