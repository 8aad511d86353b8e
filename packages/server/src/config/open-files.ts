import { readFileSync } from 'node:fs';

/** The fewest connections that a server is of use with, as the setting has it. */
const LEAST_CONNECTIONS = 16;

/** How many files and connections this process may have open at once; undefined where the system does not say. */
export function openFilesLimit(limits = ownLimits()): number | undefined {
  const soft = /^Max open files\s+(\S+)/m.exec(limits ?? '')?.[1];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/**
 * As many connections as were asked for, but no more than three in four of what may be open: beyond the limit a connection
 * is closed without an answer and no file can be opened, so that nobody is served any more.
 */
export function affordedConnections(
  wanted: number,
  limit = openFilesLimit(),
): { readonly most: number; readonly warnings: readonly string[] } {
  const afforded = Math.max(LEAST_CONNECTIONS, Math.floor((limit ?? Number.POSITIVE_INFINITY) * 0.75));
  if (afforded >= wanted) return { most: wanted, warnings: [] };
  const reason = `the system allows ${limit} open files (ulimit -n, LimitNOFILE=)`;
  return { most: afforded, warnings: [`MAX_CONNECTIONS is ${afforded} instead of ${wanted}: ${reason}`] };
}

/** Node has raised the soft limit to the hard one by now. */
function ownLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
}
