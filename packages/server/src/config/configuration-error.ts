/** What is wrong with one setting, or with what the server finds at start. */
export interface ConfigurationProblem {
  /** The environment name, or what else is at fault (`Node.js`). */
  readonly name: string;
  /** The value as given; `***` for secrets; undefined where nothing was given or the value does not matter. */
  readonly given?: string | undefined;
  /** Completes "<name> ...". */
  readonly message: string;
  readonly allowed?: string | undefined;
}

/** The process's exit code for a configuration that it cannot start with (EX_CONFIG of sysexits.h). */
export const CONFIGURATION_EXIT_CODE = 78;

/** The server cannot start: everything that is wrong with its configuration, at once. No secret is in the message. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'bad_configuration';
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super(
      `the server cannot start:\n${problems.map((problem) => `  - ${printProblem(problem)}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

const MAX_GIVEN_CHARACTERS = 200;

function printProblem({ name, given, message, allowed }: ConfigurationProblem): string {
  const details = [
    // JSON: a control character must not reach the terminal as it is.
    ...(given === undefined ? [] : [`given: ${JSON.stringify(given.slice(0, MAX_GIVEN_CHARACTERS))}`]),
    ...(allowed === undefined ? [] : [`allowed: ${allowed}`]),
  ];
  return `${name} ${message}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
}
