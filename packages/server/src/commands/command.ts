/** Where a command reads from and writes to. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a line of the result. */
  print(line: string): void;
  /** Writes a line about what is wrong. */
  complain(line: string): void;
}

/** Something that the program does besides serving; resolves with the exit code. */
export interface Command {
  /** One line for each way to call it, beginning with its name. */
  readonly usage: readonly string[];
  readonly summary: string;
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** The arguments make no sense: the message says why, and the usage is printed after it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'bad_usage';
}
