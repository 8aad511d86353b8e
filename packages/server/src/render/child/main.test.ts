import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { GENEROUS_INPUT_LIMITS, GENEROUS_OUTPUT_LIMITS, photo } from '../../../test/pictures.ts';
import { parseRenderMessage } from '../parse-render-message.ts';
import { INPUT_FORMATS, type RenderAnswer, type RenderJob } from '../protocol.ts';

const entry = new URL('../../../dist/render/child/main.js', import.meta.url);

let child: ChildProcess;
let nextId = 1;

async function start(): Promise<void> {
  // Without vitest's own arguments, which make Node look for sources instead of what is built.
  child = fork(entry, { serialization: 'advanced', execArgv: [] });
  const [message] = await once(child, 'message');
  expect(message).toEqual({ ready: true });
}

async function ask(job: RenderJob): Promise<RenderAnswer> {
  const id = nextId++;
  child.send({ id, job });
  const [message] = await once(child, 'message');
  const answer = parseRenderMessage(message);
  if (answer === undefined || 'ready' in answer) throw new Error('not an answer');
  expect(answer.id).toBe(id);
  return answer;
}

function renderJob(bytes: Uint8Array, steps: string): RenderJob {
  return {
    kind: 'render',
    input: { bytes },
    limits: GENEROUS_INPUT_LIMITS,
    steps,
    output: { format: 'webp', quality: 80 },
    outputLimits: GENEROUS_OUTPUT_LIMITS,
  };
}

afterEach(() => {
  child.kill('SIGKILL');
});

describe('the render process', () => {
  it('renders, says what is wrong, and goes on', async () => {
    await start();
    const bytes = await photo(60, 40).jpeg().toBuffer();
    const rendered = await ask(renderJob(bytes, 'resize/30x'));
    expect(rendered).toMatchObject({ result: { kind: 'variant', format: 'webp', width: 30, height: 20 } });
    expect(rendered.rssBytes).toBeGreaterThan(10_000_000);
    const failed = await ask(renderJob(Buffer.from('hello'), 'resize/30x'));
    expect(failed).toMatchObject({ failure: { code: 'not_a_picture' } });
    const odd = await ask(renderJob(bytes, 'no-such/step'));
    expect(odd).toMatchObject({ failure: { code: 'internal' } });
    const verified = await ask({ kind: 'verify', input: { bytes }, limits: GENEROUS_INPUT_LIMITS });
    expect(verified).toMatchObject({ result: { kind: 'facts', facts: { width: 60, height: 40 } } });
  });

  it('is allowed to decode every format that is taken', async () => {
    await start();
    for (const format of INPUT_FORMATS) {
      if (format === 'svg') continue;
      const bytes = await photo(60, 40).toFormat(format).toBuffer();
      // Several passes: pixels count as no decoder.
      const answer = await ask(renderJob(bytes, 'resize/30x/rotate/20/resize/20x'));
      expect(answer, format).toMatchObject({ result: { kind: 'variant', width: 20 } });
    }
  });

  it('ends at once when the server has gone', async () => {
    await start();
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('leaves it to the server to react to signals', async () => {
    await start();
    child.kill('SIGTERM');
    child.kill('SIGINT');
    const bytes = await photo(60, 40).jpeg().toBuffer();
    expect(await ask(renderJob(bytes, ''))).toHaveProperty('result');
  });
});
