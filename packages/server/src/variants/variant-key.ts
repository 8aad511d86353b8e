import { hash } from 'node:crypto';
import { madeFromMark } from '../cache/made-from.ts';
import type { VariantPlan } from './plan-variant.ts';

/** Raised whenever the same plan gives other bytes than before, so that old variants are not served for new ones. */
const RENDER_REVISION = 2;

/**
 * Names a variant: 40 hex digits over the canonical plan, the original's bytes and the renderer's revision, then the mark of
 * each picture that is laid on it. Equal
 * meaning gives an equal key; nothing of the client but the format it settled for takes part in it.
 */
export function variantKey(plan: VariantPlan, originalId: string): string {
  const parts = [
    String(RENDER_REVISION),
    originalId,
    String(plan.page),
    plan.steps,
    JSON.stringify(plan.output),
    ...(plan.fontsRevision === undefined ? [] : [plan.fontsRevision]),
  ];
  // Each part is preceded by its length: no two lists of parts run together to the same bytes.
  const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
  return hash('sha256', text).slice(0, 40) + plan.overlays.map(madeFromMark).join('');
}
