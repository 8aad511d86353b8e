import type { ConfigurationProblem } from './configuration-error.ts';

/**
 * The first release of each line with the fixes of 24 March 2026 (CVE-2026-21710: a request header named `__proto__`
 * ends the process; CVE-2026-21717: hash flooding). Lines between them ended without; later lines began with them.
 */
const FLOORS = { 20: [20, 20, 2], 22: [22, 22, 2], 24: [24, 14, 1], 25: [25, 8, 2] } as const;
const FIRST_LINE_WITHOUT_FLOOR = 26;

/** What is wrong with running on this version of Node.js (`20.20.2`); undefined where nothing is. */
export function nodeVersionProblem(version: string): ConfigurationProblem | undefined {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major >= FIRST_LINE_WITHOUT_FLOOR) return undefined;
  const floor = Object.values(FLOORS).find(([line]) => line === major);
  if (floor !== undefined && (minor > floor[1] || (minor === floor[1] && patch >= floor[2])))
    return undefined;
  return {
    name: 'Node.js',
    given: version,
    message: 'has known security holes in this version',
    allowed: `${Object.values(FLOORS)
      .map((numbers) => numbers.join('.'))
      .join(', ')} or a later release of these lines, or a later line`,
  };
}
