import { type Command, type CommandContext, UsageError } from './command.ts';
import { COMMANDS } from './table.ts';

const USAGE_EXIT_CODE = 2;
const HELP_NAMES: ReadonlySet<string> = new Set(['help', '--help', '-h']);

/** Runs `<name> <argument>...`, or prints what there is to run; resolves with the exit code. */
export async function runCommand(words: readonly string[], context: CommandContext): Promise<number> {
  const [name = 'help', ...args] = words;
  if (HELP_NAMES.has(name)) {
    for (const line of await overview()) context.print(line);
    return 0;
  }
  const command = await COMMANDS.get(name)?.();
  if (command === undefined) {
    context.complain(`there is no command "${name}"`);
    for (const line of await overview()) context.complain(line);
    return USAGE_EXIT_CODE;
  }
  try {
    return await command.run(args, context);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.complain(error.message);
    for (const line of usageOf(command)) context.complain(line);
    return USAGE_EXIT_CODE;
  }
}

async function overview(): Promise<string[]> {
  const commands = await Promise.all([...COMMANDS.values()].map((load) => load()));
  return [
    'images-server',
    '    starts the server; settings are in docs/configuration.md',
    ...commands.flatMap(usageOf),
  ];
}

function usageOf({ usage, summary }: Command): string[] {
  return [...usage.map((line) => `images-server ${line}`), `    ${summary}`];
}
