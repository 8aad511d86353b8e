import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printRecipe } from '@images-server/recipe';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parsePresets, presetsText } from './presets.ts';

function printed(text: string): Record<string, string> {
  const reading = parsePresets(text);
  if ('problem' in reading) throw new Error(reading.problem);
  return Object.fromEntries([...reading.value].map(([name, recipe]) => [name, printRecipe(recipe)]));
}

function problemIn(text: string): string {
  const reading = parsePresets(text);
  return 'problem' in reading ? reading.problem : 'none';
}

describe('parsePresets', () => {
  it('reads names and recipes', () => {
    expect(printed('thumb=resize/100x; big = resize/50%25/quality/90 ;')).toEqual({
      thumb: 'resize/100x',
      big: 'resize/50%25/quality/90',
    });
  });

  it('reads JSON', () => {
    expect(printed('\n{"a-1": "flip/h", "B_2": "resize/50%"}')).toEqual({
      'a-1': 'flip/h',
      B_2: 'resize/50%25',
    });
  });

  it.each([
    ['thumb=resise/100x', 'wrong preset "thumb": bad operations: "resise" (segment 0): expected one of'],
    ['a=flip/h;b=resize/0x', 'wrong preset "b"'],
    ['a=flip/h;b=preset/a', 'wrong preset "b": a preset cannot name another preset'],
    ['a=flip/h;a=flip/v', 'the preset "a" twice'],
    ['=flip/h', 'a preset "", which is not a name'],
    ['a/b=flip/h', 'a preset "a/b", which is not a name'],
    [';', 'no preset'],
    ['{}', 'no preset'],
    ['{"a": 1}', 'not an object of texts'],
    ['{"a"', 'not JSON'],
    ['a=flip/\ud800', 'wrong preset "a"'],
  ])('says what is wrong with %j', (text, problem) => {
    expect(problemIn(text)).toContain(problem);
  });
});

describe('presetsText', () => {
  it('is the text itself where that has recipes', async () => {
    expect(await presetsText('a=flip/h', '/')).toEqual({ value: 'a=flip/h' });
    expect(await presetsText('{"a":"flip/h"}', '/')).toEqual({ value: '{"a":"flip/h"}' });
  });

  it('is what is in the file of that path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'presets-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'a=b.json'), '{"a":"flip/h"}');
    expect(await presetsText('./a=b.json', folder)).toEqual({ value: '{"a":"flip/h"}' });
    expect(await presetsText(join(folder, 'a=b.json'), '/')).toEqual({ value: '{"a":"flip/h"}' });
    expect(await presetsText('./missing.json', folder)).toEqual({
      problem: expect.stringContaining('neither <name>=<recipe> nor a file'),
    });
  });
});
