import { estimateDecodeBytes } from '../render/memory-estimate.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import type { VariantPlan } from './plan-variant.ts';
import type { Variant } from './serve-variant.ts';
import type { StageTimer } from './stage-timer.ts';

/** Fetches the original as a local file and has a render process make the variant of it. */
export async function renderVariant(work: {
  renderer: Renderer;
  limits: InputLimits;
  original: Original;
  plan: VariantPlan;
  timer: StageTimer;
  signal: AbortSignal;
}): Promise<Variant> {
  const { renderer, limits, original, plan, timer, signal } = work;
  const local = await timer.measure('open', original.open(signal));
  try {
    const result = await timer.measure(
      'render',
      renderer.run(
        {
          kind: 'render',
          input: { path: local.path, offset: local.offset, length: local.length },
          limits,
          steps: plan.steps,
          output: plan.output,
          outputLimits: plan.outputLimits,
        },
        {
          pictureId: original.id,
          estimatedBytes: estimateDecodeBytes(original.facts, plan.sizes.at(-1)),
          signal,
        },
      ),
    );
    return { bytes: asBuffer(result.bytes), format: result.format };
  } finally {
    await local.release();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
