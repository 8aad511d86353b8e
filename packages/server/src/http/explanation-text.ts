import type { Size } from '@images-server/recipe';
import type { OutputPlan } from '../render/protocol.ts';
import type { Explanation } from '../variants/explain-variant.ts';
import { varianceHeaders } from './client-of.ts';

/** An explanation, and where the variant is to be had. */
export interface AddressedExplanation extends Explanation {
  /** The canonical target. */
  readonly url: string;
}

/** The body of `GET /explain` as JSON. */
export function explanationBody(explanation: AddressedExplanation): object {
  const { source, steps, result, format, url, key, isCached } = explanation;
  return {
    source,
    steps,
    result,
    format,
    ...(explanation.output === undefined ? {} : { output: outputSettings(explanation.output) }),
    url,
    key,
    cached: isCached,
    variesBy: variesBy(explanation),
  };
}

/** The same in words, one thing a line. */
export function explanationText(explanation: AddressedExplanation): string {
  const { source, steps, result, format, url, key, isCached } = explanation;
  const lines: [label: string, words: string][] = [
    ['source', `${sizeText(source)} ${source.format}${framesText(source.frames)}, ${source.bytes} bytes`],
    ...steps.map(({ segment, takenAs, before, after }, index): [string, string] => [
      `step ${index + 1}`,
      `${segment}${takenAs === undefined ? '' : ` (taken as ${takenAs})`}: ${sizeText(before)} to ${sizeText(after)}`,
    ]),
    ['result', `${sizeText(result)} ${result.format}${framesText(result.frames)}`],
    ['format', `${result.format}: ${format.why}`],
    ...outputLines(explanation),
    ['url', url],
    ['key', key],
    ['cached', isCached ? 'yes' : 'no'],
    ['varies by', variesBy(explanation).join(', ') || 'nothing'],
  ];
  const width = Math.max(...lines.map(([label]) => label.length)) + 2;
  return lines.map(([label, words]) => `${label.padEnd(width)}${words}\n`).join('');
}

function outputLines({ output }: AddressedExplanation): [label: string, words: string][] {
  if (output === undefined) return [];
  const settings = Object.entries(outputSettings(output)).map(([name, value]) => `${name} ${value}`);
  return [['output', settings.join(', ')]];
}

/** Without the format, which is said elsewhere. */
function outputSettings({ format: _, ...settings }: OutputPlan): object {
  return settings;
}

/** The request headers that the variant depends on. */
function variesBy({ variesBy: traits }: AddressedExplanation): string[] {
  return (varianceHeaders(traits).vary ?? '').split(', ').filter((header) => header !== '');
}

function sizeText({ width, height }: Size): string {
  return `${width}x${height}`;
}

function framesText(frames: number): string {
  return frames === 1 ? '' : `, ${frames} frames`;
}
