import type { OutputFormat } from '@images-server/recipe';
import type { PictureFacts } from '../render/protocol.ts';
import type { Client } from './client.ts';
import { OUTPUT_LIMITS } from './output-plan.ts';
import type { OutputPolicy } from './output-policy.ts';
import type { VariantPlan } from './plan-variant.ts';
import type { SettledFormat } from './settle-format.ts';
import type { StandingPlan } from './standing-plan.ts';

/** Who chose the format of a variant, and why it is this one, in words. */
export interface FormatReason {
  readonly by: SettledFormat['by'];
  readonly why: string;
}

/** Puts into words what `settleFormat` decided. */
export function formatReason(decided: {
  readonly standing: StandingPlan;
  readonly facts: PictureFacts;
  readonly client: Client;
  readonly policy: OutputPolicy;
}): FormatReason {
  const { plan } = decided.standing;
  const words = [choice(decided), ...avifWords(decided)];
  return { by: plan.formatBy, why: words.join('; ') };
}

type Decided = Parameters<typeof formatReason>[0];

function choice({ standing, facts, client, policy }: Decided): string {
  const { output, formatBy } = standing.plan;
  switch (formatBy) {
    case 'recipe':
      return 'the recipe names it';
    case 'configuration':
      return `the recipe names none, and DEFAULT_FORMAT is ${policy.defaultFormat}`;
    case 'client':
      return acceptedWords(client, output.format);
    case 'original':
      return output.format === facts.format
        ? 'the recipe names none, and it is that of the original'
        : `the recipe names none, and it is the nearest to the original's ${facts.format} that browsers show`;
  }
}

function acceptedWords({ accepted }: Client, chosen: OutputFormat): string {
  const named = [...accepted].filter(([, weight]) => weight > 0);
  if ((accepted.get(chosen) ?? 0) === 0)
    return `the client accepts none that suits; every browser shows ${chosen}`;
  const list = named.map(([format, weight]) => (weight === 1 ? format : `${format} ${weight}`)).join(', ');
  return `of what the client accepts (${list}) the picture is best as ${chosen}`;
}

/** Why it is not AVIF though the client takes it, and what becomes of an AVIF that takes too long. */
function avifWords({ standing, client, policy }: Decided): string[] {
  const { plan, gaveWay } = standing;
  if (gaveWay?.budget !== undefined) {
    return [`${gaveWay.output.format} took longer than ${gaveWay.budget.ms} ms`];
  }
  if (plan.budget !== undefined) {
    const { format } = plan.budget.otherwise().output;
    return [`${format} instead where it takes longer than ${plan.budget.ms} ms`];
  }
  const isPassedOver = plan.formatBy === 'client' && (client.accepted.get('avif') ?? 0) > 0;
  return isPassedOver ? avifRefusal(plan, policy) : [];
}

function avifRefusal({ frames, sizes }: VariantPlan, policy: OutputPolicy): string[] {
  if (policy.avifBudgetMs === 0) return ['avif only where the recipe names it'];
  if (frames > 1) return ['avif holds no animation'];
  const result = sizes.at(-1);
  if (result === undefined) return ['avif only where the size is known beforehand'];
  const { maxResultPixels } = OUTPUT_LIMITS.avif;
  return result.width * result.height > maxResultPixels ? [`avif only up to ${maxResultPixels} pixels`] : [];
}
