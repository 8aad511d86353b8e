import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { FILTERS } from '../filters/find-filter.ts';
import * as table from '../filters/table.ts';
import { filter } from './filter.ts';

function refusal(argument: string): ArgumentError {
  try {
    filter.parse(argument);
  } catch (error) {
    if (error instanceof ArgumentError) return error;
    throw error;
  }
  throw new Error(`${argument} is read`);
}

describe('FILTERS', () => {
  it('are exported under the name that stands in the URL', () => {
    for (const [exportName, known] of Object.entries(table)) expect(known.name).toBe(exportName);
  });

  it.each(FILTERS)('$name says what it does, by formula, with examples of its own', (known) => {
    expect(known.summary).toMatch(/^[A-Z].*\.$/);
    expect(known.details).not.toBe('');
    expect(known.argument).toMatch(/^(:|\[:.*\]$|$)/);
    expect(known.examples.length).toBeGreaterThan(0);
    for (const { recipe } of known.examples) expect(recipe).toMatch(new RegExp(`^filter/${known.name}(:|$)`));
    expect(filter.details).toContain(known.details);
  });
});

describe('filter', () => {
  it.each([
    ['blur:0.30', 'blur:0.3'],
    ['blur:+007', 'blur:7'],
    ['sharpen', 'sharpen'],
    ['sharpen:1.0', 'sharpen'],
    ['sharpen:2', 'sharpen:2'],
    ['brightness:-0', 'brightness:0'],
    ['contrast:+20', 'contrast:20'],
    ['saturation:-12.50', 'saturation:-12.5'],
    ['hue:-30', 'hue:330'],
    ['hue:360', 'hue:0'],
    ['gamma:.45', 'gamma:0.45'],
    ['vignette:50', 'vignette'],
    ['tint:FFCC00', 'tint:ffcc00'],
    ['duotone:00000A,FFFFFF', 'duotone:00000a,ffffff'],
    ['redact:blur,-5,0,.07,50%', 'redact:blur,-5,0,7%,50%'],
  ])('reads %s as %s', (argument, canonical) => {
    expect(filter.print(filter.parse(argument))).toBe(canonical);
    expect(filter.parse(canonical)).toStrictEqual(filter.parse(argument));
  });

  it.each([
    ['', undefined],
    ['swirl', undefined],
    ['Blur:3', 'blur:3'],
    ['blurr:3', 'blur:3'],
    ['greyscale', 'grayscale'],
    ['blurr:300', 'blur:100'],
    ['blurr', 'blur:8'],
    ['blur', 'blur:8'],
    ['blur:', undefined],
    ['blur:0.29', 'blur:0.3'],
    ['blur:100.01', 'blur:100'],
    ['blur:5px', 'blur:5'],
    ['blur:1.234', 'blur:1.23'],
    ['blur:1e2', 'blur:100'],
    ['sharpen:0', 'sharpen:0.3'],
    ['grayscale:50', 'grayscale'],
    ['sepia:', 'sepia'],
    ['negate:1', 'negate'],
    ['normalize:1', 'normalize'],
    ['equalize:3', 'equalize'],
    ['emboss:1', 'emboss'],
    ['edges:1', 'edges'],
    ['brightness:101', 'brightness:100'],
    ['brightness:20%', 'brightness:20'],
    ['contrast:-101', 'contrast:-100'],
    ['saturation:1000', 'saturation:100'],
    ['hue:90deg', 'hue:90'],
    ['hue:12.5', 'hue:12'],
    ['gamma:0', 'gamma:0.1'],
    ['gamma:11', 'gamma:10'],
    ['threshold:256', 'threshold:255'],
    ['threshold:1.5', 'threshold:2'],
    ['posterize:1', 'posterize:2'],
    ['posterize:65', 'posterize:64'],
    ['pixelate:0', 'pixelate:1'],
    ['median:4', 'median:5'],
    ['median:53', 'median:51'],
    ['tint:fc0', 'tint:ffcc00'],
    ['tint:#ffcc00', 'tint:ffcc00'],
    ['tint:ffcc00ff', 'tint:ffcc00'],
    ['tint:red', undefined],
    ['duotone:000000', 'duotone:000000,ffffff'],
    ['duotone:#000,#fff', 'duotone:000000,ffffff'],
    ['duotone:000000,ffffff,ff0000', 'duotone:000000,ffffff'],
    ['vignette:101', 'vignette:100'],
    ['noise:-1', 'noise:0'],
    ['redact', 'redact:blur,40,60,200,80'],
    ['redact:blur,0,0,0,10', undefined],
    ['redact:blur,0,0,10', undefined],
    ['redact:blur,0,0,10,10,10', undefined],
    ['redact:Blur, 10px, 10.4, 50, 50%', 'redact:blur,10,10,50,50%'],
    ['redact:pixelate,0,0,101%,10', undefined],
    ['redact:blur,face', 'redact:blur,faces'],
    ['redact:Pixel,Faces', 'redact:pixelate,faces'],
    ['redact:blur,faces,10', undefined],
  ])('refuses %j and suggests %j', (argument, suggestion) => {
    expect(refusal(argument).suggestion).toBe(suggestion);
    if (suggestion !== undefined) expect(() => filter.parse(suggestion)).not.toThrow();
  });

  it('says what would be right: every name, or the grammar of the filter that is named', () => {
    expect(refusal('swirl').expected).toContain('blur, brightness, contrast');
    expect(refusal('blur:x').expected).toBe('blur:<sigma in px, 0.3 to 100, at most 2 decimals>');
    expect(refusal('vignette:x').expected).toBe('vignette[:<percent, 0 to 100, at most 2 decimals>]');
    expect(refusal('median:4').expected).toBe('median:<odd side in px, 1 to 51, a whole number>');
  });

  it.each([
    ['blur:1.5', 2, 'blur:3'],
    ['blur:80', 2, 'blur:100'],
    ['blur:0.3', 0.5, 'blur:0.3'],
    ['sharpen', 2, 'sharpen:2'],
    ['pixelate:5', 1.5, 'pixelate:8'],
    ['pixelate:1', 0.1, 'pixelate:1'],
    ['median:3', 2, 'median:7'],
    ['median:51', 3, 'median:51'],
    ['redact:blur,1,10%,3,20', 1.5, 'redact:blur,1,10%,5,30'],
    ['redact:pixelate,-3,5,10%,1', 0.5, 'redact:pixelate,-2,2,10%,1'],
    ['vignette:20', 2, 'vignette:20'],
    ['noise:20', 2, 'noise:20'],
  ])('scales %s for a display of %d device pixels to %s', (argument, dpr, scaled) => {
    expect(filter.print(filter.scale?.(filter.parse(argument), dpr) ?? {})).toBe(scaled);
  });

  it('keeps the size', () => {
    expect(filter.size(filter.parse('blur:5'), { width: 4, height: 3 })).toEqual({ width: 4, height: 3 });
  });
});
