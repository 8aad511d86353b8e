import type { ConfigurationProblem } from './configuration-error.ts';

const MIN_LETTERS = 8;
const MAX_DISTANCE = 2;

/** Names of the environment that are not ours but look as if they were meant to be. Empty values count as unset. */
export interface UnknownNames {
  /** At least 8 letters and one or two changes away from one of ours: most likely a typo. */
  readonly problems: readonly ConfigurationProblem[];
  /** Ours by prefix only: other software sets such names too (a Kubernetes service `cache` sets `CACHE_PORT_...`). */
  readonly warnings: readonly string[];
}

/** Sorts out the names in `environment` that are not among `ours`. Values are looked at for emptiness only. */
export function unknownNames(
  environment: Readonly<Record<string, string | undefined>>,
  ours: readonly string[],
): UnknownNames {
  const prefixes = new Set(ours.flatMap((name) => /^[A-Z]+_/.exec(name)?.[0] ?? []));
  const problems: ConfigurationProblem[] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (ours.includes(name) || value === undefined || value.trim() === '') continue;
    const meant = nearestName(name, ours);
    const question = meant === undefined ? '' : `; did you mean ${meant}?`;
    if (meant !== undefined && letterCount(name) >= MIN_LETTERS) {
      problems.push({ name, message: `is not a setting${question}` });
    } else if (prefixes.has(name.slice(0, name.indexOf('_') + 1))) {
      warnings.push(`${name} is not a setting and is ignored${question}`);
    }
  }
  return { problems, warnings };
}

function letterCount(name: string): number {
  return name.replace(/[^A-Za-z]/g, '').length;
}

function nearestName(name: string, ours: readonly string[]): string | undefined {
  let nearest: { name: string; distance: number } | undefined;
  for (const candidate of ours) {
    if (Math.abs(candidate.length - name.length) > MAX_DISTANCE) continue;
    const distance = editDistance(name, candidate);
    if (distance <= MAX_DISTANCE && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) {
      nearest = { name: candidate, distance };
    }
  }
  return nearest?.name;
}

/** Levenshtein's distance: inserted, removed and replaced characters; two that changed places count two. */
export function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (above[column] ?? 0) + (character === other ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above[to.length] ?? 0;
}
