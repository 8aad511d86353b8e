import { ServiceError } from '../errors.ts';
import type { VariantPlan } from './plan-variant.ts';

/** True where a render failed for nothing but its plan's budget: something else can be made instead. */
export function isOverBudget(plan: VariantPlan, error: unknown): boolean {
  return plan.budget !== undefined && error instanceof ServiceError && error.code === 'render_deadline';
}
