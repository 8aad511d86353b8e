import type { Face } from '@images-server/recipe';
import { estimateDecodeBytes } from '../render/memory-estimate.ts';
import type { InputLimits, OutputPlan } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import { estimateOverlays, openPictures } from './open-pictures.ts';
import type { VariantPlan } from './plan-variant.ts';
import type { Variant } from './serve-variant.ts';
import type { StageTimer } from './stage-timer.ts';

/** Fetches the original as a local file and has a render process make the variant of it. */
export async function renderVariant(work: {
  renderer: Renderer;
  limits: InputLimits;
  original: Original;
  overlays: readonly Original[];
  plan: VariantPlan;
  /** Those in the original, where the plan needs them. */
  faces: readonly Face[] | undefined;
  /** The plan's own, or with a quality that is known already. */
  output: OutputPlan;
  isOneOfMany: boolean;
  timer: StageTimer;
  signal: AbortSignal;
}): Promise<{ readonly variant: Variant; readonly foundQuality: number | undefined }> {
  const { renderer, limits, original, overlays, plan, faces, output, isOneOfMany, timer, signal } = work;
  const { steps, page, outputLimits, sizes, budget } = plan;
  const facts = original.facts.pages?.[(page ?? 1) - 1] ?? original.facts;
  const opened = await timer.measure('open', openPictures({ original, overlays }, signal));
  let endStage = timer.begin('queue');
  try {
    const result = await renderer.run(
      {
        kind: 'render',
        ...opened.inputs,
        limits,
        facts: original.facts,
        page,
        keepPixelsAs: isOneOfMany ? original.id : undefined,
        steps,
        faces,
        output,
        outputLimits,
      },
      {
        // A picture is not to be refused for what another does that is laid on it.
        pictureId: [original.id, ...plan.overlays].join('+'),
        estimatedBytes: estimateDecodeBytes(facts, sizes.at(-1)) + estimateOverlays(overlays),
        deadlineMs: budget?.ms,
        signal,
        onStarted: () => {
          endStage();
          endStage = timer.begin('render');
        },
      },
    );
    const variant = { bytes: asBuffer(result.bytes), format: result.format, sizes: result.sizes };
    return { variant, foundQuality: result.foundQuality };
  } finally {
    endStage();
    await opened.release();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
