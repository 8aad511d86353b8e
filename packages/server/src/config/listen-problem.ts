import type { ConfigurationProblem } from './configuration-error.ts';

/** What is wrong with `HOST` or `PORT`, by the system's name for why nobody can listen there. */
const PROBLEMS: Readonly<Record<string, { readonly name: 'HOST' | 'PORT'; readonly message: string }>> = {
  EADDRINUSE: { name: 'PORT', message: 'is taken: another program listens there' },
  EACCES: { name: 'PORT', message: 'is one that this user may not listen on' },
  EADDRNOTAVAIL: { name: 'HOST', message: 'is no address of this machine' },
  ENOTFOUND: { name: 'HOST', message: 'is a name that has no address' },
  EAI_AGAIN: { name: 'HOST', message: 'is a name that has no address' },
};

/** The failure to listen in the words of the settings; undefined for a failure that they have no part in. */
export function listenProblem(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): ConfigurationProblem | undefined {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : '';
  const problem = PROBLEMS[errno];
  if (problem === undefined) return undefined;
  return { ...problem, given: problem.name === 'HOST' ? host : String(port) };
}
